import { describe, expect, it } from "vitest";

import type { PromotionRule } from "../../api/types";
import { conditionWords, ruleWords } from "./words";

const rule = { source: { name: "Staging" }, target: { name: "Production" }, delay_minutes: 90, healthy_percent: 95, max_risk: "medium", enabled: true } as PromotionRule;

describe("a promotion rule in words", () => {
  it("says when and to where, and that it is off", () => {
    expect(ruleWords(rule)).toBe("Goes on to Production after 1 h 30 min");
    expect(ruleWords({ ...rule, delay_minutes: 0, enabled: false })).toBe("Goes on to Production at once (off)");
  });

  it("says what has to be true first, and nothing where nobody asks", () => {
    expect(conditionWords(rule)).toBe("95 % of Staging online and on it, risk at most medium");
    expect(conditionWords({ ...rule, healthy_percent: null, max_risk: null })).toBe("");
  });
});
