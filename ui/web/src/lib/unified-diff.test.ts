import { describe, expect, it } from "vitest";

import { parseUnifiedDiff, sideBySide } from "./unified-diff";

const DIFF = `--- 1.0.0
+++ 1.1.0
@@ -3,4 +3,5 @@
 a
-b
-c
+B
 d
+e
+f
@@ -20 +21,0 @@
-z
\\ No newline at end of file
`;

describe("unified diff", () => {
  it("numbers lines on both sides", () => {
    const [first, second] = parseUnifiedDiff(DIFF);
    expect(first?.skipped).toBe(2);
    expect(first?.lines.map((line) => [line.old, line.new, line.text])).toEqual([
      [3, 3, "a"],
      [4, null, "b"],
      [5, null, "c"],
      [null, 4, "B"],
      [6, 5, "d"],
      [null, 6, "e"],
      [null, 7, "f"],
    ]);
    expect(second?.skipped).toBe(13);
    expect(second?.lines).toEqual([{ kind: "removed", old: 20, new: null, text: "z" }]);
  });

  it("sets what was removed beside what replaces it", () => {
    const rows = sideBySide(parseUnifiedDiff(DIFF)[0]?.lines ?? []);
    expect(rows.map((row) => [row.left?.text ?? null, row.right?.text ?? null])).toEqual([
      ["a", "a"],
      ["b", "B"],
      ["c", null],
      ["d", "d"],
      [null, "e"],
      [null, "f"],
    ]);
  });

  it("has no hunks when nothing differs", () => {
    expect(parseUnifiedDiff("")).toEqual([]);
  });
});
