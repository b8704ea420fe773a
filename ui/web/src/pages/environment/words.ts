import type { PromotionRule } from "../../api/types";
import { duration } from "../../lib/time";

/** When a rule takes a bundle on, and to where. */
export function ruleWords(rule: PromotionRule): string {
  const off = rule.enabled ? "" : " (off)";
  const delay = rule.delay_minutes === 0 ? "at once" : `after ${duration(rule.delay_minutes * 60_000)}`;
  return `Goes on to ${rule.target.name} ${delay}${off}`;
}

/** What has to be true first. */
export function conditionWords(rule: PromotionRule): string {
  const words = [];
  if (rule.healthy_percent) words.push(`${rule.healthy_percent} % of ${rule.source.name} online and on it`);
  if (rule.max_risk) words.push(`risk at most ${rule.max_risk}`);
  return words.join(", ");
}
