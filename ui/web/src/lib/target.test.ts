import { expect, it } from "vitest";

import { targetWords } from "./target";

it("names the groups of a rollout, and says of one that is gone that it is", () => {
  const groups = [{ id: "g1", name: "canary" }];
  expect(targetWords({ target_selector: { type: "groups", group_ids: ["g1"] }, target_groups: groups })).toBe("the nodes of canary");
  expect(targetWords({ target_selector: { type: "groups", group_ids: ["g1", "g2"] }, target_groups: groups })).toBe("the nodes of canary, a group that is gone");
  expect(targetWords({ target_selector: { type: "all" } })).toBe("every node");
});
