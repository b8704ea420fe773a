// Checks of a rollout, as the form has them: one in a line.
import type { HttpCheck } from "../api/types";

/** What a line says besides is as it usually is. */
const USUAL = { method: "GET", timeout_ms: 5_000, interval_seconds: 10, passes: 3, failures: 3 } as const;
const STATUS = /^\d{3}(-\d{3})?$/;

/** `checkout https://shop.example.com/health 200-299 ok`: a name, a URL, and if need be the status and what the body contains. */
export function parseChecks(text: string, known: readonly HttpCheck[] = []): HttpCheck[] {
  const lines = text.split("\n").map((line) => line.trim());
  // A line that is as it was keeps what it does not say.
  return lines.filter((line) => line !== "").map((line) => known.find((check) => checkLine(check) === line) ?? parseCheck(line));
}

function checkLine({ name, url, expected_status, body_contains }: HttpCheck): string {
  return [name, url, expected_status, body_contains].filter(Boolean).join(" ");
}

/** The lines that stand for checks. */
export const checkLines = (checks: readonly HttpCheck[]): string => checks.map(checkLine).join("\n");

function parseCheck(line: string): HttpCheck {
  const [name = "", url = "", ...rest] = line.split(/\s+/);
  const [first] = rest;
  const status = first !== undefined && STATUS.test(first) ? first : undefined;
  const contains = (status === undefined ? rest : rest.slice(1)).join(" ");
  return { ...USUAL, name, url, expected_status: status ?? "200-299", ...(contains === "" ? {} : { body_contains: contains }) };
}

/** Where the server's words about one of them belong. */
export const CHECK_FIELDS: Record<string, string> = Object.fromEntries(
  ["checks", ...Array.from({ length: 10 }, (_, place) => ["name", "url", "expected_status", "body_contains", "passes"].map((part) => `checks.${place}.${part}`)).flat()].map((path) => [path, "checks"]),
);
