import { lazyRouteComponent } from "@tanstack/react-router";
import { ApiError } from "@/api/ApiError";
import { api } from "@/api/client";
import { whenBack } from "@/api/connection";

/** What is asked about the server while a part of the pages cannot be read. */
interface Server {
  /** Whether it answers now; that it does not is shown by the banner from then on. */
  answers: () => Promise<boolean>;
  back: () => Promise<void>;
}
const server: Server = {
  answers: () => api.get("/session").then(() => true, (error: unknown) => error instanceof ApiError),
  back: whenBack,
};

/** A page whose program the server no longer has: it is another version by now. */
export class OtherVersion extends Error {
  constructor(cause: unknown) {
    super("This page could not be read; the server is another version by now. Reload the page.", { cause });
  }
}

/** Reads a part of the pages. While the server is gone it waits and tries again, and what is on the page stays. */
export async function patiently<M>(read: () => Promise<M>, { answers, back }: Server = server): Promise<M> {
  for (let failed = 0; ; ) {
    try {
      return await read();
    } catch (error) {
      if (!(await answers())) await back();
      else if (failed++) throw new OtherVersion(error);
    }
  }
}

/** Browsers keep to it that a module could not be read; under another address they ask again. */
function anew<M>(read: () => Promise<M>): () => Promise<M> {
  let address: string | undefined;
  let tries = 0;
  return async () => {
    try {
      return await (address ? (import(/* @vite-ignore */ `${address}?again=${++tries}`) as Promise<M>) : read());
    } catch (error) {
      address ??= error instanceof Error ? /https?:\/\/\S+\.js/.exec(error.message)?.[0] : undefined;
      throw error;
    }
  };
}

/** A page that is loaded when it is first opened. */
export const lazyPage = <M extends Record<string, unknown>, N extends keyof M & string>(read: () => Promise<M>, name: N) => lazyRouteComponent(() => patiently(anew(read)), name);
