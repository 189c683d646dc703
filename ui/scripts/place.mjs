// Carries the pages that were built in .vite/dist over to dist, where the server is compiled with them. A file that is there with the same content
// stays as it is: cargo looks at times, and would compile the server anew.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [from, to] = [".vite/dist", "dist"].map((name) => fileURLToPath(new URL(`../${name}`, import.meta.url)));
const everything = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true }) : []);
const isFile = (path) => existsSync(path) && statSync(path).isFile();

for (const name of everything(to)) {
  const [made, placed] = [join(from, name), join(to, name)];
  if (existsSync(placed) && (!existsSync(made) || isFile(made) !== isFile(placed))) rmSync(placed, { recursive: true });
}
for (const name of everything(from)) {
  const [made, placed] = [join(from, name), join(to, name)];
  if (!isFile(made) || (isFile(placed) && readFileSync(made).equals(readFileSync(placed)))) continue;
  mkdirSync(dirname(placed), { recursive: true });
  cpSync(made, placed);
}
