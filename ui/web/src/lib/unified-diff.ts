// Reads a unified diff into lines that can be shown one below the other or side by side.

export interface DiffLine {
  kind: "same" | "removed" | "added";
  /** Line numbers in the old and the new text, from one. */
  old: number | null;
  new: number | null;
  text: string;
}

export interface Hunk {
  /** Lines left out before this hunk. */
  skipped: number;
  lines: DiffLine[];
}

/** Reads the hunks of a unified diff of one file. */
export function parseUnifiedDiff(diff: string): Hunk[] {
  const hunks: Hunk[] = [];
  let [oldNo, newNo, reached] = [1, 1, 1];
  let hunk: Hunk | null = null;
  for (const line of diff.split("\n")) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (head !== null) {
      // A side without lines names the line before it.
      oldNo = Number(head[1]) + (head[2] === "0" ? 1 : 0);
      newNo = Number(head[3]) + (head[4] === "0" ? 1 : 0);
      hunk = { skipped: oldNo - reached, lines: [] };
      hunks.push(hunk);
      continue;
    }
    if (hunk === null) continue;
    const text = line.slice(1);
    if (line.startsWith(" ")) hunk.lines.push({ kind: "same", old: oldNo++, new: newNo++, text });
    else if (line.startsWith("-")) hunk.lines.push({ kind: "removed", old: oldNo++, new: null, text });
    else if (line.startsWith("+")) hunk.lines.push({ kind: "added", old: null, new: newNo++, text });
    reached = oldNo;
  }
  return hunks;
}

export interface Pair {
  left: DiffLine | null;
  right: DiffLine | null;
}

/** Rows for two columns: a run of removed lines stands beside the run of added lines that replaces it. */
export function sideBySide(lines: DiffLine[]): Pair[] {
  const rows: Pair[] = [];
  let [removed, added]: [DiffLine[], DiffLine[]] = [[], []];
  const flush = (): void => {
    for (let row = 0; row < Math.max(removed.length, added.length); row += 1) {
      rows.push({ left: removed[row] ?? null, right: added[row] ?? null });
    }
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    if (line.kind === "removed") removed.push(line);
    else if (line.kind === "added") added.push(line);
    else {
      flush();
      rows.push({ left: line, right: line });
    }
  }
  flush();
  return rows;
}
