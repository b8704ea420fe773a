import type { Recurrence, Weekday } from "../../api/types";

export const WEEKDAYS: { value: Weekday; label: string }[] = [
  { value: "mon", label: "Monday" },
  { value: "tue", label: "Tuesday" },
  { value: "wed", label: "Wednesday" },
  { value: "thu", label: "Thursday" },
  { value: "fri", label: "Friday" },
  { value: "sat", label: "Saturday" },
  { value: "sun", label: "Sunday" },
];

/** "Fridays 16:00 to 08:00, 3 days later". */
export function inWords({ weekdays, starts, ends, days }: Recurrence): string {
  const names = weekdays.length === WEEKDAYS.length ? "Daily" : weekdays.map((day) => `${labelOf(day)}s`).join(", ");
  const later = !days ? "" : days === 1 ? ", the next day" : `, ${days} days later`;
  return `${names} ${starts} to ${ends}${later}`;
}

/** On how many days later it ends when nobody says: a night ends on the next day. */
export function usualDays(starts: string, ends: string): number {
  return ends <= starts ? 1 : 0;
}

/** The zone of whoever looks, and all that the browser knows. */
export function timeZones(): { own: string; all: string[] } {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { own, all: [...new Set([own, "UTC", ...Intl.supportedValuesOf("timeZone")])] };
}

function labelOf(day: Weekday): string {
  return WEEKDAYS.find(({ value }) => value === day)?.label ?? day;
}
