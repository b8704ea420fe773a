import { describe, expect, it } from "vitest";

import { groupChange } from "./group-change";

const shown = { name: "first", description: "goes first", labels: "site=fra", nodes: ["a", "b"] };

describe("what is sent of a group", () => {
  it("is nothing when nothing was changed", () => {
    expect(groupChange(shown, { ...shown })).toBeNull();
  });

  it("is only what was changed, and nodes by what was added and removed", () => {
    expect(groupChange(shown, { ...shown, name: "second" })).toEqual({ name: "second" });
    expect(groupChange(shown, { ...shown, labels: "" })).toEqual({ labels: {} });
    expect(groupChange(shown, { ...shown, nodes: ["b", "c"] })).toEqual({ add_node_ids: ["c"], remove_node_ids: ["a"] });
  });
});
