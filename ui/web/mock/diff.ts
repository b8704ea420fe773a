// A small line diff with three lines of context.

export function unified(before: string, after: string): { diff: string; additions: number; deletions: number } {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      (lengths[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: { sign: " " | "-" | "+"; text: string; a: number; b: number }[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) lines.push({ sign: " ", text: a[i] ?? "", a: i++, b: j++ });
    else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) lines.push({ sign: "-", text: a[i] ?? "", a: i++, b: j });
    else lines.push({ sign: "+", text: b[j] ?? "", a: i, b: j++ });
  }
  const near = lines.map((_, index) => lines.slice(Math.max(0, index - 3), index + 4).some((line) => line.sign !== " "));
  const out: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    if (!near[index]) continue;
    let end = index;
    while (end < lines.length && near[end]) end += 1;
    const hunk = lines.slice(index, end);
    const [first, olds, news] = [hunk[0], hunk.filter((line) => line.sign !== "+").length, hunk.filter((line) => line.sign !== "-").length];
    out.push(`@@ -${(first?.a ?? 0) + 1},${olds} +${(first?.b ?? 0) + 1},${news} @@`, ...hunk.map((line) => line.sign + line.text));
    index = end;
  }
  const count = (sign: string): number => lines.filter((line) => line.sign === sign).length;
  return { diff: out.length === 0 ? "" : `--- before\n+++ after\n${out.join("\n")}\n`, additions: count("+"), deletions: count("-") };
}
