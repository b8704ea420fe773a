// How the cluster is, from what one member knows.
import type { Cluster } from "../api/types";
import type { Shown } from "./states";

/** Entries that a member may be behind without being called behind: it is the ones in flight. */
const LAG_MAX = 100;

export interface ClusterHealth {
  shown: Shown;
  detail: string;
}

export function clusterHealth(cluster: Cluster): ClusterHealth {
  if (cluster.unready) return { shown: { kind: "failed", label: "No writes" }, detail: `Writes cannot commit: ${cluster.unready}` };
  if (cluster.leader === null || cluster.leader === undefined) {
    return { shown: { kind: "degraded", label: "No leader" }, detail: "No member leads now" };
  }
  const [gravest] = cluster.concerns;
  if (gravest !== undefined) return { shown: { kind: "degraded", label: "Look here" }, detail: cluster.concerns.join(". ") };
  const behind = cluster.members.filter((member) => (lag(cluster, member.matched) ?? 0) > LAG_MAX);
  if (behind.length > 0) {
    return {
      shown: { kind: "degraded", label: "Behind" },
      detail: `${behind.map((member) => member.name).join(", ")} lag${behind.length === 1 ? "s" : ""} behind the leader`,
    };
  }
  return { shown: { kind: "ok", label: "Ready" }, detail: `member-${cluster.leader} leads, ${cluster.members.length} members, ready for writes` };
}

/** Entries between what is committed and what a member has; null when the answering member does not know. */
export function lag(cluster: Cluster, matched: number | null | undefined): number | null {
  return matched === null || matched === undefined ? null : Math.max(0, cluster.committed - matched);
}
