// How far a rollout is in each failure domain, and in each of its steps there.
import type { RolloutDetail, RolloutNode } from "../api/types";
import { rolloutNode } from "./states";

export interface DomainStep {
  step: number;
  done: number;
  failed: number;
  total: number;
}

export interface DomainRow {
  /** Null: the nodes without the label. */
  domain: string | null;
  done: number;
  failed: number;
  total: number;
  /** Steps that take nodes of it, in order. */
  steps: DomainStep[];
}

function add(sum: { done: number; failed: number; total: number }, node: RolloutNode): void {
  const { kind, label } = rolloutNode(node);
  sum.total += 1;
  if (kind === "failed") sum.failed += 1;
  if (kind === "ok" || label === "Restored") sum.done += 1;
}

/** By domain, the nodes without the label last; empty where no domains are told apart. */
export function domainRows({ rollout, nodes }: Pick<RolloutDetail, "rollout" | "nodes">): DomainRow[] {
  if (!rollout.failure_domain) return [];
  const rows = new Map<string | null, DomainRow>();
  for (const node of nodes) {
    const domain = node.failure_domain ?? null;
    const row = rows.get(domain) ?? { domain, done: 0, failed: 0, total: 0, steps: [] };
    rows.set(domain, row);
    add(row, node);
    let step = row.steps.find(({ step }) => step === node.step);
    if (step === undefined) row.steps.push((step = { step: node.step, done: 0, failed: 0, total: 0 }));
    add(step, node);
  }
  for (const row of rows.values()) row.steps.sort((a, b) => a.step - b.step);
  return [...rows.values()].toSorted((a, b) => (a.domain === null ? 1 : b.domain === null ? -1 : a.domain.localeCompare(b.domain)));
}
