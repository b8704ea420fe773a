import { expect, it } from "vitest";

import type { Cluster, Finding } from "../api/types";
import { clusterHealth } from "./cluster";

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
