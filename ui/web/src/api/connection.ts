// How well we are connected: not data, but what the data on the screen is worth.
import { useSyncExternalStore } from "react";

import { setClockOffset } from "../lib/clock";

export interface Connection {
  /** The event stream: `live` when changes arrive by themselves. */
  stream: "connecting" | "live" | "lost";
  /** Since when the stream is lost, by this computer's clock. */
  lostAt: number | null;
  /** Reads come from one member's own data of this age (ms), because no majority answers. */
  staleMs: number | null;
}

let current: Connection = { stream: "connecting", lostAt: null, staleMs: null };
const listeners = new Set<() => void>();

function update(change: Partial<Connection>): void {
  const next = { ...current, ...change };
  if (next.stream === current.stream && next.lostAt === current.lostAt && next.staleMs === current.staleMs) return;
  current = next;
  for (const listener of listeners) listener();
}

export function noteStream(stream: Connection["stream"]): void {
  update({ stream, lostAt: stream === "lost" ? (current.lostAt ?? Date.now()) : null });
}

export function noteStale(ageMs: number | null): void {
  update({ staleMs: ageMs });
}

/** Keeps ages right on a computer whose clock is wrong. */
export function noteAnswer(response: Response): void {
  const date = response.headers.get("date");
  if (date !== null) setClockOffset(Date.parse(date) - Date.now());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => current);
}
