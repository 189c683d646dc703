import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveInFront } from "./front.ts";

/** A running `clade serve` with a data folder of its own. */
export interface Clade {
  /** Where pages are. */
  url: URL;
  /** The address that lets the person at this machine in; null where people have accounts. */
  start: URL | null;
  data: string;
  /** Ends the process at once, as a crash would. */
  kill: () => Promise<void>;
  /** Starts it again on the same data and the same port. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
}

export const binary = (): string => {
  const path = process.env.CLADE_BIN;
  if (!path) throw new Error("CLADE_BIN names no binary: build one with `cargo build -p clade` and set CLADE_BIN to its path");
  return path;
};

async function launch(data: string, port: number, more: string[]): Promise<{ process: ChildProcess; printed: URL }> {
  const child = spawn(binary(), ["serve", "--data-dir", data, "--port", String(port), ...more], { stdio: ["ignore", "pipe", "pipe"] });
  const printed = await new Promise<URL>((found, failed) => {
    let said = "";
    const look = (part: Buffer) => {
      said += part.toString();
      const match = /https?:\/\/[^\s"<>]+/.exec(said);
      if (match) found(new URL(match[0]));
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("exit", (code) => failed(new Error(`clade serve ended with ${code}: ${said}`)));
  });
  for (let left = 100; left > 0; left--) {
    const answer = await fetch(new URL("/healthz", printed)).catch(() => null);
    if (answer?.ok) return { process: child, printed };
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("clade serve printed its address but does not answer");
}

const ended = (child: ChildProcess) => new Promise<void>((done) => (child.exitCode !== null || child.signalCode !== null ? done() : child.once("exit", () => done())));

/** Runs `clade` once and returns what it printed. */
export async function run(args: string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(binary(), args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let out = "", err = "";
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  await ended(child);
  if (child.exitCode !== 0) throw new Error(`clade ${args.join(" ")} ended with ${child.exitCode}: ${err}`);
  return out;
}

export async function startClade({ data, more = [] }: { data?: string; more?: string[] } = {}): Promise<Clade> {
  const folder = data ?? (await mkdtemp(join(tmpdir(), "clade-e2e-")));
  let { process: child, printed } = await launch(folder, 0, more);
  const port = Number(printed.port);
  // CLADE_UI tries a built UI against a binary that embeds another one, or none
  const front = process.env.CLADE_UI ? await serveInFront(process.env.CLADE_UI, new URL(printed.origin)) : null;
  const url = front?.url ?? new URL(printed.origin);
  const kill = async () => {
    child.kill("SIGKILL");
    await ended(child);
  };
  return {
    url,
    start: printed.pathname.startsWith("/start") ? new URL(printed.pathname + printed.search, url) : null,
    data: folder,
    kill,
    restart: async () => {
      ({ process: child, printed } = await launch(folder, port, more));
    },
    close: async () => {
      child.kill("SIGTERM");
      await ended(child);
      await front?.close();
      if (!data) await rm(folder, { recursive: true, force: true });
    },
  };
}
