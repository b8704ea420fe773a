// How the cluster is, from what one member knows.
import type { Cluster, ClusterMember, Finding } from "../api/types";
import { bytes, count } from "./format";
import type { Shown } from "./states";

/** Entries that a member may be behind without being called behind: it is the ones in flight. */
const LAG_MAX = 100;
/** Less than this between two clocks is mostly the way of the question, in milliseconds. */
const SKEW_SHOWN_MS = 500;

export interface ClusterHealth {
  shown: Shown;
  detail: string;
}

export function clusterHealth(cluster: Cluster): ClusterHealth {
  if (cluster.unready) return { shown: { kind: "failed", label: "No writes" }, detail: `Writes cannot commit: ${cluster.unready}` };
  if (cluster.leader === null || cluster.leader === undefined) {
    return { shown: { kind: "degraded", label: "No leader" }, detail: "No member leads now" };
  }
  const found = concerns(cluster);
  if (found.length > 0) {
    const kind = found.some((finding) => finding.severity === "critical") ? "failed" : "degraded";
    return { shown: { kind, label: "Look here" }, detail: found.map((finding) => finding.text).join(". ") };
  }
  const behind = cluster.members.filter((member) => (lag(cluster, member.matched) ?? 0) > LAG_MAX);
  if (behind.length > 0) {
    return {
      shown: { kind: "degraded", label: "Behind" },
      detail: `${behind.map((member) => member.name).join(", ")} lag${behind.length === 1 ? "s" : ""} behind the leader`,
    };
  }
  return { shown: { kind: "ok", label: "Ready" }, detail: `member-${cluster.leader} leads, ${count(cluster.members.length, "member")}, ready for writes` };
}

/** What somebody should look at, the gravest first. */
export function concerns(cluster: Cluster): Finding[] {
  return cluster.findings.filter((finding) => finding.severity !== "ok");
}

export function severity(finding: Finding): Shown {
  switch (finding.severity) {
    case "ok":
      return { kind: "ok", label: "Well" };
    case "warning":
      return { kind: "degraded", label: "Warning" };
    case "critical":
      return { kind: "failed", label: "Critical" };
  }
}

/** Entries between what is committed and what a member has; null when the answering member does not know. */
export function lag(cluster: Cluster, matched: number | null | undefined): number | null {
  return matched === null || matched === undefined ? null : Math.max(0, cluster.committed - matched);
}

/** How many voters may be lost while the rest can still write. */
export function lossesBorne(voters: number): number {
  return Math.max(0, Math.floor((voters - 1) / 2));
}

/** How far a member's clock is off, as the member that answers saw it; null when it cannot say. */
export function skew(member: ClusterMember): string | null {
  const ms = member.skew_ms;
  if (ms === null || ms === undefined) return null;
  if (Math.abs(ms) < SKEW_SHOWN_MS) return "agrees";
  const off = Math.abs(ms) < 10_000 ? `${(Math.abs(ms) / 1_000).toFixed(1)} s` : `${Math.round(Math.abs(ms) / 1_000)} s`;
  return ms > 0 ? `${off} ahead` : `${off} behind`;
}

/** The archives of bundles on a member's disk; null when it has not told. What is wrong has a colour. */
export function archives(member: ClusterMember): { label: string; wrong: Shown["kind"] | null; detail: string } | null {
  const told = member.archives;
  if (!told) return null;
  const detail = `${count(told.count, "archive")} of bundles, ${bytes(told.bytes)}`;
  if (told.missing > 0) return { label: `${count(told.missing, "archive")} missing`, wrong: told.lost > 0 ? "failed" : "degraded", detail };
  if (told.damaged > 0) return { label: `${count(told.damaged, "archive")} damaged`, wrong: "degraded", detail };
  return { label: count(told.count, "archive"), wrong: null, detail };
}

/** Microseconds in the unit that fits. */
export function micros(us: number): string {
  if (us < 1_000) return `${us} µs`;
  return us < 1_000_000 ? `${(us / 1_000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}
