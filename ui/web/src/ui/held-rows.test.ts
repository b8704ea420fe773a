import { describe, expect, it } from "vitest";

import { holdRows } from "./held-rows";

const row = (id: string, value = 0) => ({ id, value });
const idOf = (row: { id: string }) => row.id;

describe("rows under the pointer", () => {
  it("keep their place and take new contents", () => {
    expect(holdRows([row("a"), row("b")], [row("b", 2), row("a", 1)], idOf)).toEqual([row("a", 1), row("b", 2)]);
  });

  it("do not move for rows that come or go", () => {
    expect(holdRows([row("a"), row("b")], [row("new"), row("b", 2)], idOf)).toEqual([row("a"), row("b", 2)]);
  });

  it("get company from the next page at the end", () => {
    expect(holdRows([row("a")], [row("a"), row("b"), row("c")], idOf)).toEqual([row("a"), row("b"), row("c")]);
  });
});
