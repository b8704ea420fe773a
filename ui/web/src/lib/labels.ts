// Labels as people write them: `site=fra, env=prod`.

export type Labels = Record<string, string>;

export interface ParsedLabels {
  labels: Labels;
  /** What is wrong, or null. */
  error: string | null;
}

export function parseLabels(text: string): ParsedLabels {
  const labels: Labels = {};
  for (const part of text.split(/[,\s]+/).filter((part) => part !== "")) {
    const at = part.indexOf("=");
    if (at <= 0 || at === part.length - 1) {
      return { labels, error: `'${part}' is not a label: write key=value, such as site=fra` };
    }
    labels[part.slice(0, at)] = part.slice(at + 1);
  }
  return { labels, error: null };
}

export function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

/** Labels for an input with one per line: a value may hold anything but a line break. */
export function labelLines(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join("\n");
}

/** Reads what `labelLines` writes; a value may be empty. */
export function parseLabelLines(text: string): ParsedLabels {
  const labels: Labels = {};
  for (const line of text.split("\n").map((line) => line.trim()).filter((line) => line !== "")) {
    const at = line.indexOf("=");
    const key = line.slice(0, at).trim();
    if (at <= 0 || key === "") return { labels, error: `'${line}' is not a label: write key=value, such as site=fra` };
    if (Object.hasOwn(labels, key)) return { labels, error: `'${key}' is there twice` };
    labels[key] = line.slice(at + 1).trim();
  }
  return { labels, error: null };
}
