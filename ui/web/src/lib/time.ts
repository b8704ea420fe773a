// Times in words.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ms = (moment: string | number): number => (typeof moment === "number" ? moment : Date.parse(moment));

/** A length of time with its two largest units: `2 d 4 h`, `3 min 5 s`, `12 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  if (seconds < MINUTE) return `${seconds} s`;
  const parts: [number, string, number, string][] = [
    [DAY, "d", HOUR, "h"],
    [HOUR, "h", MINUTE, "min"],
    [MINUTE, "min", 1, "s"],
  ];
  for (const [large, largeUnit, small, smallUnit] of parts) {
    if (seconds < large) continue;
    const rest = Math.floor((seconds % large) / small);
    return rest === 0 ? `${Math.floor(seconds / large)} ${largeUnit}` : `${Math.floor(seconds / large)} ${largeUnit} ${rest} ${smallUnit}`;
  }
  return `${seconds} s`;
}

/** The distance of a moment from now, with one unit: `12 s ago`, `in 3 d`. */
export function ago(moment: string | number, now: number): string {
  const seconds = Math.round((now - ms(moment)) / 1_000);
  const distance = Math.abs(seconds);
  if (distance < 3) return "just now";
  const text =
    distance < MINUTE
      ? `${distance} s`
      : distance < HOUR
        ? `${Math.floor(distance / MINUTE)} min`
        : distance < 2 * DAY
          ? `${Math.floor(distance / HOUR)} h`
          : `${Math.floor(distance / DAY)} d`;
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

/** A moment exactly, in the reader's own time zone, with the zone. */
export function exact(moment: string | number): string {
  return new Intl.DateTimeFormat(undefined, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(ms(moment));
}
