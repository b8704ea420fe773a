// Why a node of the mocked API runs what it runs.
import type { NodeWhy, WhyFinding } from "../src/api/types.ts";
import { type Answer, missing, ok } from "./answer.ts";
import type { Db } from "./db.ts";
import { frozen } from "./rollouts.ts";

export function why(db: Db, id: string | undefined): Answer {
  const node = db.nodes.find((candidate) => candidate.id === id);
  if (node === undefined) return missing("Node");
  const findings: WhyFinding[] = [];
  const add = (kind: WhyFinding["kind"], text: string, since: string | null = null, next: string | null = null, rollout_id: string | null = null): void => {
    findings.push({ kind, text, since, next, rollout_id });
  };
  const { desired, failure } = node;
  if (!desired) add("unassigned", "nothing is assigned to it", null, "start a rollout that selects it, or assign a bundle to it");
  else {
    const what = `generation ${desired.generation} (${desired.version})`;
    if (failure?.generation === desired.generation) add("failed", `${what} failed on it at the stage '${failure.stage}': ${failure.message}; it went back and runs ${node.effective?.version}`, failure.at, "see what the proxy said; correct the bundle, or the node, and roll out again");
    else if (node.converged) add("runs", `it runs ${what}, and has proven it`, node.effective?.at ?? null);
    else add("on_its_way", `it shall run ${what}: it has not asked for it since`, desired.at);
  }
  if (node.status === "offline") add("silent", "it is offline: no heartbeat arrives, so it hears of nothing new; its proxy may serve all the same", node.status_since, "see whether the agent runs and reaches a member");
  const owner = db.rollouts.find(({ rollout }) => rollout.id === node.owner_rollout_id)?.rollout;
  if (owner) {
    const step = (db.rollouts.find(({ rollout }) => rollout === owner)?.nodes.find(({ node_id }) => node_id === node.id)?.step ?? 0) + 1;
    add("owner", `the rollout ${owner.id} of ${owner.bundle_version} owns it and ${owner.state === "paused" ? `was paused by ${owner.by}` : owner.hold ? `waits: ${owner.hold.reason}` : "goes on"}; the node is in step ${step} of ${owner.steps}`, owner.updated_at, owner.state === "paused" ? "resume it, cancel it, or roll it back" : null, owner.id);
  }
  for (const { rollout, nodes } of db.rollouts) {
    if (!["pending", "pending_approval", "scheduled"].includes(rollout.state) || !nodes.some(({ node_id }) => node_id === node.id)) continue;
    add("waiting", `the rollout ${rollout.id} of ${rollout.bundle_version} would move it, and ${rollout.hold?.reason ?? "has not begun"}`, rollout.inserted_at, null, rollout.id);
  }
  if (node.pinned_bundle_id) add("pinned", `it is pinned to ${node.pinned_version}: nobody gives it anything else`, null, "take the pin away to have it follow rollouts again");
  const words = frozen(db);
  if (words) add("frozen", `its project is ${words}`, null, "wait for the end of the freeze; an administrator can let one rollout through");
  const answer: NodeWhy = { node, runs: Boolean(desired) && node.converged, findings };
  return ok(answer);
}
