// A stand-in for the validator: braces, and words that no proxy knows at the top.
import type { Problem } from "../src/api/types.ts";

const SECTIONS = ["schema-version", "system", "server", "listeners", "upstreams", "routes", "agents", "filters", "waf", "limits", "rate-limits", "cache", "observability", "namespace"];

export function check(source: string): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  let depth = 0;
  source.split("\n").forEach((text, index) => {
    const line = index + 1;
    const code = text.replace(/\/\/.*$/, "").replace(/"[^"]*"/g, (quoted) => quoted.replace(/[{}]/g, "_"));
    const word = /^\s*([a-z][\w-]*)/.exec(code)?.[1];
    const column = text.search(/\S/) + 1;
    if (depth === 0 && word !== undefined && !SECTIONS.includes(word)) {
      problems.push({ line, column, path: word, code: "unknown-key", message: `'${word}' is not known at the top of a configuration`, help: word === "upstream" ? "Did you mean 'upstreams'?" : null });
    }
    if (depth > 0 && word === "upsteam") {
      problems.push({ line, column, path: "routes.route.upsteam", code: "unknown-key", message: "'upsteam' is not known in a route", help: "Did you mean 'upstream'?" });
    }
    const port = /address\s+"[^"]*:(\d{6,})"/.exec(text);
    if (port) problems.push({ line, column: text.indexOf(port[1] ?? "") + 1, path: "listeners.listener.address", code: "bad-address", message: `${port[1]} is not a port`, help: "Ports go up to 65535." });
    if (/timeout-secs\s+[3-9]\d\d/.test(text)) warnings.push({ line, column, path: null, code: "long-timeout", message: "A request may hang for more than five minutes", help: null });
    depth += (code.match(/{/g) ?? []).length - (code.match(/}/g) ?? []).length;
    if (depth < 0) {
      problems.push({ line, column: code.lastIndexOf("}") + 1, path: null, code: "syntax", message: "This brace closes nothing", help: null });
      depth = 0;
    }
  });
  if (depth > 0) problems.push({ line: source.split("\n").length, column: 1, path: null, code: "syntax", message: `${depth} brace${depth === 1 ? " is" : "s are"} not closed`, help: null });
  return { problems, warnings };
}
