import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { SimulatorSet } from "./types";

/** While it runs its nodes change all the time. */
const LIVE_MS = 2_000;

export const simulatorQuery = (project: string) =>
  queryOptions({
    queryKey: ["simulator", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/simulator", { path: { slug: project }, signal })).simulator,
    refetchInterval: (query) => (query.state.data === undefined || query.state.data.state === "stopped" ? false : LIVE_MS),
  });

export async function setSimulator(project: string, body: SimulatorSet) {
  return (await call("put", "/api/v1/projects/{slug}/simulator", { path: { slug: project }, body })).simulator;
}

export async function stopSimulator(project: string) {
  return (await call("delete", "/api/v1/projects/{slug}/simulator", { path: { slug: project } })).simulator;
}
