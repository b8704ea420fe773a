// Lists and pairs as people write them into one field.

/** What was read, or why it cannot be. */
export type Read<T> = { value: T | undefined } | { error: string };

/** One of each line. */
export function readLines(text: string): Read<string[]> {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return { value: lines.length === 0 ? undefined : lines };
}

/** Whole numbers, separated by commas. */
export function readNumbers(text: string): Read<number[]> {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const wrong = words.find((word) => !/^\d{1,15}$/.test(word));
  if (wrong !== undefined) return { error: `'${wrong}' is no whole number` };
  return { value: words.length === 0 ? undefined : words.map(Number) };
}

/** A whole number. */
export function readNumber(text: string): Read<number> {
  const word = text.trim();
  if (word === "") return { value: undefined };
  return /^\d{1,15}$/.test(word) ? { value: Number(word) } : { error: "Must be a whole number" };
}

/** `Name: value` in each line; where any value will do, also a name alone. */
export function readPairs(text: string, any: boolean): Read<Record<string, string | null>> {
  const pairs = new Map<string, string | null>();
  for (const line of text.split("\n").map((line) => line.trim()).filter((line) => line !== "")) {
    const at = line.indexOf(":");
    const name = (at < 0 ? line : line.slice(0, at)).trim();
    if (at < 0 && !any) return { error: `'${line}' has no value: write Name: value` };
    if (name === "") return { error: `'${line}' has no name: write Name: value` };
    if (pairs.has(name)) return { error: `'${name}' is there twice` };
    pairs.set(name, at < 0 ? null : line.slice(at + 1).trim());
  }
  return { value: pairs.size === 0 ? undefined : Object.fromEntries(pairs) };
}

/** Writes what `readPairs` reads. */
export function pairLines(pairs: Record<string, string | null>): string {
  return Object.entries(pairs)
    .map(([name, value]) => (value === null ? name : `${name}: ${value}`))
    .join("\n");
}
