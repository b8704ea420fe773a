import { Group, NumberInput, Select } from "@mantine/core";

import type { ApprovalRule, RiskLevel } from "../../api/types";
import { ActionButton } from "../../ui/action-button";

const RISKS: { value: RiskLevel | "all"; label: string }[] = [
  { value: "all", label: "Every rollout" },
  { value: "low", label: "Low risk or more" },
  { value: "medium", label: "Medium risk or more" },
  { value: "high", label: "High risk" },
];

/** A rule as the form holds it. */
export interface Rule {
  risk: RiskLevel | "all";
  approvals: number | string;
}

export const toForm = (rules: readonly ApprovalRule[]): Rule[] => rules.map((rule) => ({ risk: rule.risk_at_least ?? "all", approvals: rule.approvals }));
export const toWire = (rules: readonly Rule[]): ApprovalRule[] => rules.map(({ risk, approvals }) => ({ risk_at_least: risk === "all" ? null : risk, approvals: Number(approvals) }));

/** How many people must agree to which rollouts. */
export function ApprovalRules({ rules, refusal, none, onChange }: { rules: Rule[]; refusal: string | null; none: string; onChange: (rules: Rule[]) => void }) {
  const put = (index: number, change: Partial<Rule>): void => onChange(rules.map((rule, place) => (place === index ? { ...rule, ...change } : rule)));
  return (
    <>
      {rules.map((rule, index) => (
        // Rules have no identity of their own.
        // oxlint-disable-next-line react/no-array-index-key
        <Group key={index} align="flex-end" gap="sm">
          <Select aria-label={`Rule ${index + 1}: rollouts`} data={RISKS} allowDeselect={false} w={220} disabled={refusal !== null} value={rule.risk} onChange={(risk) => risk !== null && put(index, { risk })} />
          <NumberInput aria-label={`Rule ${index + 1}: people`} min={1} max={5} w={120} suffix={Number(rule.approvals) === 1 ? " person" : " people"} disabled={refusal !== null} value={rule.approvals} onChange={(approvals) => put(index, { approvals })} />
          <ActionButton label="Remove" icon="trash" refusal={refusal} onClick={() => onChange(rules.filter((_, place) => place !== index))} />
        </Group>
      ))}
      {rules.length === 0 && <span>{none}</span>}
      <div>
        <ActionButton label="Add rule" icon="plus" refusal={refusal ?? (rules.length >= 10 ? "There are at most 10 rules" : null)} onClick={() => onChange([...rules, { risk: "high", approvals: 1 }])} />
      </div>
    </>
  );
}
