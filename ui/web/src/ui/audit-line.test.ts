import { describe, expect, it } from "vitest";

import type { AuditEntry } from "../api/types";
import { changeWords } from "./audit-line";

const words = (changes: Record<string, string>): string => changeWords({ changes } as AuditEntry);

describe("a change in one line", () => {
  it("names the object by what says most", () => {
    expect(words({ name: "edge-1", reason: "latency", step: "3" })).toBe("edge-1 · latency");
  });

  it("says from what to what, and nothing of what stayed", () => {
    const changes = { name: "edge-1", changed: "weight, pin", weight_before: "100", weight: "50", pinned_version_before: "none", pinned_version: "2.0", labels_before: "a=1", labels: "a=1" };
    expect(words(changes)).toBe("edge-1 · weight 100 → 50 · pinned to none → 2.0");
    expect(words({ labels_before: "a=1", labels: "" })).toBe("labels a=1 → none");
  });
});
