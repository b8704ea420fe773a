// The four facts about a node, in the order in which an assignment becomes true.
import type { Node } from "../api/types";

export const FACTS = ["desired", "offered", "accepted", "effective"] as const;
export type FactName = (typeof FACTS)[number];

export const FACT_MEANING: Record<FactName, string> = {
  desired: "what it shall run",
  offered: "what a member last answered to its poll",
  accepted: "what it verified and staged",
  effective: "what it has proven to run",
};

export type FactState = "reached" | "behind" | "none" | "broken";

export interface FactView {
  name: FactName;
  state: FactState;
  version: string | null;
  bundleId: string | null;
  generation: number | null;
  at: string | null;
}

type FourFacts = Pick<Node, "desired" | "offered" | "accepted" | "effective" | "failure">;

/** A fact has reached the desired generation, is behind it, was never there, or is the place where the newest attempt broke. */
export function factViews(node: FourFacts): FactView[] {
  const desired = node.desired ?? null;
  const failed = desired !== null && node.failure?.generation === desired.generation;
  let broken = false;
  return FACTS.map((name) => {
    const fact = node[name] ?? null;
    const reached = fact !== null && (desired === null || fact.generation >= desired.generation);
    let state: FactState = fact === null ? "none" : reached ? "reached" : "behind";
    // The first fact that the failed attempt did not reach is where it broke.
    if (failed && !broken && !reached && name !== "desired") {
      state = "broken";
      broken = true;
    }
    return {
      name,
      state,
      version: fact?.version ?? null,
      bundleId: fact?.bundle_id ?? null,
      generation: fact?.generation ?? null,
      at: fact?.at ?? null,
    };
  });
}
