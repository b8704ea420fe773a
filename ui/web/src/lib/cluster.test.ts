import { expect, it } from "vitest";

import type { Cluster, ClusterMember, Finding } from "../api/types";
import { archives, clusterHealth } from "./cluster";

const finding = (severity: Finding["severity"], text: string): Finding => ({ topic: "clocks", severity, member: null, text, advice: null });

const cluster = (findings: Finding[], unready: string | null = null): Cluster => ({
  cluster_id: null,
  formed_at: null,
  version: "0.1.0",
  member_id: 1,
  leader: 1,
  term: 1,
  committed: 9,
  applied: 9,
  snapshot: 0,
  members: [],
  unready,
  findings,
});

const shown = (found: Cluster) => {
  const { shown, detail } = clusterHealth(found);
  return [shown.kind, detail];
};

it("what is well is no concern, and the gravest finding gives the colour", () => {
  const well = finding("ok", "there is one clock");
  expect(shown(cluster([well]))[0]).toBe("ok");
  expect(shown(cluster([finding("warning", "clocks are apart"), well]))).toEqual(["degraded", "clocks are apart"]);
  expect(shown(cluster([finding("critical", "too few"), finding("warning", "apart"), well]))).toEqual(["failed", "too few. apart"]);
});

it("a cluster that takes no writes says so before anything else", () => {
  expect(shown(cluster([finding("warning", "apart")], "no leader"))).toEqual(["failed", "Writes cannot commit: no leader"]);
});

it("says what is wrong with a member's archives, the gravest alone", () => {
  const told = { count: 12, bytes: 40_000, checked_at: null, missing: 0, lost: 0, damaged: 0 };
  const said = (facts: ClusterMember["archives"]) => {
    const { label, wrong } = archives({ archives: facts } as ClusterMember) ?? {};
    return [label, wrong];
  };
  expect(archives({} as ClusterMember)).toBeNull();
  expect(said(told)).toEqual(["12 archives", null]);
  expect(said({ ...told, damaged: 1 })).toEqual(["1 archive damaged", "degraded"]);
  expect(said({ ...told, missing: 2, damaged: 1 })).toEqual(["2 archives missing", "degraded"]);
  expect(said({ ...told, missing: 2, lost: 1 })).toEqual(["2 archives missing", "failed"]);
});
