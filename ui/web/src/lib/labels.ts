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
