// Days of the calendar, by the clock of this browser.
import type { CalendarEntry } from "../../api/types";

/** The beginning of a day. Its length is what the zone says, so days are counted and never hours. */
export const day = (at: Date, add = 0): Date => new Date(at.getFullYear(), at.getMonth(), at.getDate() + add);

/** As it stands in an address: 2026-11-30. */
export function dayKey(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The day that an address names; null for what is none. */
export function dayOf(key: string | undefined): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key ?? "");
  if (parts === null) return null;
  const found = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return dayKey(found) === key ? found : null;
}

/** The days of its week; weeks begin on Monday. */
export function week(at: Date): Date[] {
  const monday = day(at, -((at.getDay() + 6) % 7));
  return Array.from({ length: 7 }, (_, place) => day(monday, place));
}

/** The whole weeks that hold its month. */
export function month(at: Date): Date[][] {
  const weeks: Date[][] = [];
  let first = new Date(at.getFullYear(), at.getMonth(), 1);
  do {
    const days = week(first);
    weeks.push(days);
    first = day(days[0] ?? first, 7);
  } while (first.getMonth() === at.getMonth());
  return weeks;
}

/** The same day of another month; its last one where that is shorter. */
export function monthOn(at: Date, add: number): Date {
  const last = new Date(at.getFullYear(), at.getMonth() + add + 1, 0).getDate();
  return new Date(at.getFullYear(), at.getMonth() + add, Math.min(at.getDate(), last));
}

/** What lies on a day; what is under way lasts until now. */
export function on(entries: readonly CalendarEntry[], at: Date, now: number): CalendarEntry[] {
  const [from, to] = [day(at).getTime(), day(at, 1).getTime()];
  return entries.filter((entry) => {
    const begins = Date.parse(entry.from);
    const ends = entry.to ? Date.parse(entry.to) : entry.kind === "rollout" ? Math.max(begins + 1, now) : begins + 1;
    return begins < to && ends > from;
  });
}

/** Where the arrows and their neighbours lead; null for another key. */
export function moved(at: Date, key: string): Date | null {
  switch (key) {
    case "ArrowLeft":
      return day(at, -1);
    case "ArrowRight":
      return day(at, 1);
    case "ArrowUp":
      return day(at, -7);
    case "ArrowDown":
      return day(at, 7);
    case "Home":
      return week(at)[0] ?? at;
    case "End":
      return week(at)[6] ?? at;
    case "PageUp":
      return monthOn(at, -1);
    case "PageDown":
      return monthOn(at, 1);
    default:
      return null;
  }
}
