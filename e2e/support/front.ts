import { readFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

/**
 * Serves a folder with a built UI in front of a server, which answers everything else: a UI is tried against a binary that embeds another one.
 * Pages carry the security headers that the server itself gives its pages.
 */
export async function serveInFront(dist: string, upstream: URL): Promise<{ url: URL; close: () => Promise<void> }> {
  const page = await fetch(new URL("/", upstream));
  const kept = ["content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options"];
  const headers = Object.fromEntries(kept.flatMap((name) => (page.headers.get(name) ? [[name, page.headers.get(name) as string]] : [])));
  const server: Server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? "/", "http://front");
    if (/^\/(api|start|healthz|readyz|metrics)(\/|$)/.test(url.pathname)) {
      const forward = { ...incoming.headers, host: upstream.host, ...(incoming.headers.origin ? { origin: upstream.origin } : {}) };
      const passed = request({ host: upstream.hostname, port: upstream.port, path: incoming.url, method: incoming.method, headers: forward }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on("error", () => outgoing.destroy());
      outgoing.on("close", () => passed.destroy());
      incoming.pipe(passed);
      return;
    }
    const name = normalize(url.pathname).replace(/^(\.\.[/\\])+/, "");
    const file = async (path: string) => {
      const body = await readFile(join(dist, path));
      outgoing.writeHead(200, { ...headers, "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
      outgoing.end(body);
    };
    file(name).catch(() => (name.startsWith("/assets/") ? outgoing.writeHead(404).end() : file("index.html").catch(() => outgoing.writeHead(500).end())));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    close: () => new Promise((done) => {
      server.closeAllConnections();
      server.close(() => done());
    }),
  };
}
