// Numbers and ids in words.

const NUMBER = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

export function number(value: number): string {
  return NUMBER.format(value);
}

/** `1 node`, `3 nodes`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A share of a whole in percent; never a rounded 0 or 100 that is not true. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const share = (part / whole) * 100;
  if (part > 0 && share < 0.1) return "<0.1 %";
  if (part < whole && share > 99.9) return ">99.9 %";
  return `${NUMBER.format(share)} %`;
}

export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`;
  if (value < 1_000_000) return `${NUMBER.format(value / 1_000)} kB`;
  return `${NUMBER.format(value / 1_000_000)} MB`;
}

/** Milliseconds as latency. */
export function latency(value: number): string {
  return value >= 1_000 ? `${NUMBER.format(value / 1_000)} s` : `${NUMBER.format(value)} ms`;
}

/** The part of an id that tells it apart: random for UUIDs, the start for digests. */
export function shortId(id: string): string {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-([0-9a-f]{12})$/i.exec(id);
  if (uuid?.[1] !== undefined) return uuid[1].slice(-8);
  return id.length > 14 ? `${id.slice(0, 12)}…` : id;
}
