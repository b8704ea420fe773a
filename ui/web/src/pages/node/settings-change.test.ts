import { describe, expect, it } from "vitest";

import { settingsChange } from "./settings-change";

const node = { labels: { site: "fra", note: "a b, c" }, weight: 50, pinned_bundle_id: "b1", slot: "blue" as const, min_bundle_version: "1.4.0", environment: { id: "e1", slug: "staging", name: "Staging", color: "#eab308" } };
const form = { weight: 50, labels: "site=fra\nnote=a b, c", pin: "b1", slot: "blue" as const, lowest: "1.4.0", highest: "", environment: "staging" };

describe("what is sent of a node's settings", () => {
  it("is nothing when nothing was changed", () => {
    expect(settingsChange(node, form)).toBeNull();
    expect(settingsChange({ ...node, pinned_bundle_id: undefined }, { ...form, pin: null })).toBeNull();
  });

  it("is only what was changed", () => {
    expect(settingsChange(node, { ...form, weight: 0 })).toEqual({ weight: 0 });
    expect(settingsChange(node, { ...form, labels: "site=fra" })).toEqual({ labels: { site: "fra" } });
    expect(settingsChange(node, { ...form, pin: null })).toEqual({ pinned_bundle_id: null });
    expect(settingsChange(node, { ...form, pin: "b2" })).toEqual({ pinned_bundle_id: "b2" });
    expect(settingsChange(node, { ...form, slot: "green" })).toEqual({ slot: "green" });
    expect(settingsChange(node, { ...form, slot: null })).toEqual({ slot: null });
    expect(settingsChange(node, { ...form, lowest: "", highest: "2.0.0" })).toEqual({ min_bundle_version: null, max_bundle_version: "2.0.0" });
    expect(settingsChange(node, { ...form, environment: "prod" })).toEqual({ environment: "prod" });
    expect(settingsChange(node, { ...form, environment: null })).toEqual({ environment: null });
  });
});
