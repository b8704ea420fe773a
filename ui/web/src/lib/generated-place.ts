// Where in the configuration of the proxy an object of ours has become something.
import type { FormKind } from "./config-object";

const KDL: Partial<Record<FormKind, string>> = { service: "route", upstream_group: "upstream", listener: "listener" };
const JSON_PARTS: Partial<Record<FormKind, string>> = { service: "routes", upstream_group: "upstreams", listener: "listeners" };

/** The line, from 1, at which what an object has become begins; null: there is none, or it is in many places. */
export function generatedLine(text: string, language: "kdl" | "json", { kind, slug }: { kind: FormKind; slug: string }): number | null {
  const lines = text.split("\n");
  if (language === "kdl") {
    const name = KDL[kind];
    return name === undefined ? null : lineOf(lines, 0, (line) => line === `    ${name} "${slug}" {`);
  }
  const part = JSON_PARTS[kind];
  const from = part === undefined ? null : lineOf(lines, 0, (line) => line.startsWith(`  "${part}": `));
  if (from === null) return null;
  return lineOf(lines, from, (line) => line === `    "${slug}": {` || line === `      "id": "${slug}",`);
}

/** From 1, as editors count. */
function lineOf(lines: readonly string[], from: number, is: (line: string) => boolean): number | null {
  const found = lines.findIndex((line, place) => place >= from && is(line));
  return found < 0 ? null : found + 1;
}
