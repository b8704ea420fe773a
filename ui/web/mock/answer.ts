// What the mocked API is asked, and what it answers.
import { ME } from "./db.ts";

export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  signedIn: boolean;
}

export interface Answer {
  status: number;
  body?: unknown;
  /** Signs in or out. */
  session?: "begins" | "ends";
}

/** Whoever is signed in, as events and audit entries name them. */
export const ME_ACTOR = { type: "user", id: ME.id, name: ME.name } as const;

export const ok = (body: unknown, status = 200): Answer => ({ status, body });
export const refuse = (status: number, code: string, error: unknown, details?: unknown): Answer => ({ status, body: { error, code, details } });
export const missing = (what: string): Answer => refuse(404, "not_found", `${what} not found`);

export function page<T>(name: string, items: T[], query: URLSearchParams): Answer {
  const limit = Number(query.get("limit") ?? 50);
  const from = Number(query.get("cursor") ?? 0);
  const rows = items.slice(from, from + limit);
  return ok({ [name]: rows, total: rows.length, next_cursor: from + limit < items.length ? String(from + limit) : null });
}
