// One clock for every age on the screen. It ticks once a second, and a reader re-renders only when its own text changes.
import { useSyncExternalStore } from "react";

import { ago } from "./time";

/** Differences below this are transport delay and rounding, not a wrong clock. */
const OFFSET_MIN_MS = 2_500;

let offset = 0;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

export function setClockOffset(ms: number): void {
  offset = Number.isFinite(ms) && Math.abs(ms) >= OFFSET_MIN_MS ? ms : 0;
}

/** Now, by the server's clock. */
export function now(): number {
  return Date.now() + offset;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const told of listeners) told();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** The age of a moment in words, kept current. */
export function useAgo(moment: string | number): string {
  return useSyncExternalStore(subscribe, () => ago(moment, now()));
}

/** Now, in whole seconds; re-renders its user every second. */
export function useSeconds(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(now() / 1_000));
}
