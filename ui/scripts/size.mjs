// Holds the bound on what a browser loads before a chart or a tree is shown: 300 kB of compressed JavaScript.
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST = 300_000;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
const size = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
const all = readdirSync(new URL("assets/", dist)).filter((name) => name.endsWith(".js")).map((name) => `assets/${name}`);
const sum = (names) => names.reduce((total, name) => total + size(name), 0);
for (const name of all.sort((a, b) => size(b) - size(a)).slice(0, 12)) console.log(`${String(size(name)).padStart(8)} ${first.includes(name) ? "first" : "later"} ${name}`);
console.log(`first load: ${sum(first)} B of JavaScript (gzip), at most ${MOST}; everything: ${sum(all)} B`);
if (/<style|style="|<script(?![^>]*src=)/.test(html)) {
  console.error("index.html has an inline script or style, which the Content-Security-Policy refuses");
  process.exit(1);
}
if (sum(first) > MOST) process.exit(1);
