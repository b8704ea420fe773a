import { useRef } from "react";

/**
 * Rows in the order that was on the screen while `held`: contents stay current, rows that came wait, and rows that went stay
 * until the pointer leaves. So nothing jumps away under a click.
 */
export function holdRows<T>(before: readonly T[], now: readonly T[], idOf: (row: T) => string): T[] {
  const current = new Map(now.map((row) => [idOf(row), row]));
  const known = new Set(before.map(idOf));
  const kept = before.map((row) => current.get(idOf(row)) ?? row);
  // What was read further down comes behind everything that is there, so it moves nothing.
  const lastKnown = now.findLastIndex((row) => known.has(idOf(row)));
  const appended = now.slice(lastKnown + 1).filter((row) => !known.has(idOf(row)));
  return [...kept, ...appended];
}

export function useHeldRows<T>(rows: readonly T[], idOf: (row: T) => string, held: boolean): { rows: readonly T[]; waiting: number } {
  const shown = useRef<readonly T[]>(rows);
  const result = held ? holdRows(shown.current, rows, idOf) : rows;
  shown.current = result;
  if (!held) return { rows, waiting: 0 };
  const ids = new Set(result.map(idOf));
  return { rows: result, waiting: rows.filter((row) => !ids.has(idOf(row))).length };
}
