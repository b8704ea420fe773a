// What a first visit downloads: the page, what it names, and the chunk of the largest page, packed. Fails above the budget.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const BUDGET_KB = 300;
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const packed = (path) => statSync(join(dist, `${path}.gz`), { throwIfNoEntry: false })?.size ?? statSync(join(dist, path)).size;

const html = readFileSync(join(dist, "index.html"), "utf8");
const named = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1]);
const first = ["index.html", ...new Set(named)];
const rest = readdirSync(join(dist, "assets"))
  .filter((name) => /\.(js|css)$/.test(name) && !first.includes(`assets/${name}`))
  .map((name) => ({ name, bytes: packed(`assets/${name}`) }))
  .toSorted((a, b) => b.bytes - a.bytes);

const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(7);
let total = 0;
for (const path of first) {
  total += packed(path);
  console.log(`${kb(packed(path))} kB  ${path}`);
}
console.log(`${kb(total)} kB  first load of ${BUDGET_KB} kB, compressed\n`);
for (const { name, bytes } of rest) console.log(`${kb(bytes)} kB  when needed: ${name}`);
if (total > BUDGET_KB * 1000) {
  console.error(`\nThe first load is over its budget by ${((total - BUDGET_KB * 1000) / 1000).toFixed(1)} kB.`);
  process.exit(1);
}
