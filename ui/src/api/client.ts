import { ApiError, ServerGone } from "./ApiError";
import { answered, missed, setConnection } from "./connection";
import { shareOfPath } from "./share";
import type { Problem } from "./types";

const BASE = "/api/v1";
let csrf: string | null = null;

/** Remembers the token that writes of a cookie session must carry. */
export function setCsrf(token: string | null): void {
  csrf = token;
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  query?: Query;
  body?: unknown;
  /** The version that a change is based on. */
  ifMatch?: number | string;
  /** Makes a repeated POST harmless. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** The address of a resource, for links and streams. */
export function url(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return BASE + path + (text ? `?${text}` : "");
}

async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  let body: BodyInit | undefined;
  if (options.body instanceof Blob || options.body instanceof ArrayBuffer) {
    body = options.body;
    headers["Content-Type"] = "application/octet-stream";
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body);
    headers["Content-Type"] = "application/json";
  }
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  if (options.ifMatch !== undefined) headers["If-Match"] = `"${options.ifMatch}"`;
  const share = shareOfPath(path);
  if (share) headers["X-Clade-Share"] = share;
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  let response: Response;
  const began = performance.now();
  try {
    response = await fetch(url(path, options.query), { method, headers, body, signal: options.signal, credentials: "same-origin" });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    missed(began);
    throw new ServerGone();
  }
  if ([502, 503, 504].includes(response.status) && !isProblem(response)) {
    missed(began);
    throw new ServerGone();
  }
  answered();
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && path !== "/session" && !share) setConnection({ expired: true });
    throw new ApiError(problem);
  }
  return response;
}

function isProblem(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").includes("json");
}

async function problemOf(response: Response): Promise<Problem> {
  if (isProblem(response)) {
    try {
      return { title: response.statusText, status: response.status, ...(await response.json()) } as Problem;
    } catch {
      // falls through to the bare status
    }
  }
  return { title: response.statusText || `status ${response.status}`, status: response.status };
}

async function json<T>(method: string, path: string, options?: Options): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204 || response.headers.get("content-length") === "0") return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => json<T>("GET", path, { query, signal }),
  post: <T>(path: string, body?: unknown, options?: Options) => json<T>("POST", path, { body: body ?? {}, ...options }),
  put: <T>(path: string, body?: unknown, options?: Options) => json<T>("PUT", path, { body: body ?? {}, ...options }),
  patch: <T>(path: string, body?: unknown, options?: Options) => json<T>("PATCH", path, { body, ...options }),
  delete: <T>(path: string, options?: Options) => json<T>("DELETE", path, options),
  text: async (path: string, query?: Query, signal?: AbortSignal) => (await send("GET", path, { query, signal })).text(),
};

/** Says that this page goes away: a request that outlives it, of which nobody waits for the answer. */
export function leaveNow(path: string): void {
  void fetch(url(path), { method: "DELETE", headers: csrf ? { "X-CSRF-Token": csrf } : {}, credentials: "same-origin", keepalive: true }).catch(() => undefined);
}
