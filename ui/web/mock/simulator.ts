// The simulator of a sandbox, as the server has it: its nodes come one after the other, and go so.
import type { Node, Simulator, SimulatorSet } from "../src/api/types.ts";
import { type Answer, ME_ACTOR, ok, type Request, refuse } from "./answer.ts";
import { type Db, iso, ME, SANDBOX } from "./db.ts";
import { record } from "./engine.ts";

const PER_SECOND = 8;

const settings = (): Simulator["settings"] => ({
  nodes: 24,
  seed: 1,
  labels: { tier: ["edge", "core"], zone: ["a", "b", "c"] },
  failure_percent: 30,
  slow_percent: 0,
  flap_percent: 0,
  error_permille: 1,
  latency_ms: 0,
  requests_per_second: 100,
  only_version: null,
});

let state: Simulator["state"] = "running";
let wanted = settings();
let since = Date.now() - 600_000;
let startedAt = iso(23 * 60_000);
let expiresAt = iso(-97 * 60_000);
let before = 0;

function joined(): number {
  const moved = Math.floor(((Date.now() - since) / 1_000) * PER_SECOND);
  if (state === "running") return Math.min(wanted.nodes, moved);
  const left = Math.max(0, before - moved);
  if (state === "stopping" && left === 0) state = "stopped";
  return left;
}

function shown(sandbox: boolean): Simulator {
  const nodes = sandbox ? joined() : 0;
  const runs = sandbox && state !== "stopped";
  const failed = runs ? Math.floor((nodes * wanted.failure_percent) / 100) : 0;
  const pending = Math.min(2, nodes - failed);
  return {
    sandbox,
    state: runs ? state : "stopped",
    settings: wanted,
    nodes: { joined: nodes, online: nodes, in_sync: nodes - failed - pending, failed, pending },
    member_id: runs ? 1 : null,
    started_at: runs ? startedAt : null,
    started_by: runs ? ME.email : null,
    expires_at: runs ? expiresAt : null,
    other_nodes: 40,
    cluster_nodes_max: 300,
  };
}

/** The nodes of the sandbox: like others, and nobody's. */
export function simulatedNodes(db: Db): Node[] {
  return db.nodes.slice(0, joined()).map((node, place) => ({
    ...node,
    name: `sim-${String(place + 1).padStart(3, "0")}`,
    labels: { simulated: "true", tier: place % 2 === 0 ? "edge" : "core", zone: "abc".charAt(Math.floor(place / 2) % 3) },
    simulated: true,
  }));
}

type Handler = (db: Db, params: Record<string, string>, request: Request) => Answer;

export const SIMULATOR_ROUTES: [method: string, path: string, handler: Handler][] = [
  ["GET", "/projects/:project/simulator", (_, { project }) => ok({ simulator: shown(project === SANDBOX.slug) })],
  [
    "PUT",
    "/projects/:project/simulator",
    (db, { project }, { body }) => {
      if (project !== SANDBOX.slug) return refuse(409, "conflict", "the project is no sandbox: simulated nodes stand only where no real ones serve anybody");
      if (state === "stopping" && joined() > 0) return refuse(409, "conflict", "the simulator is stopping; start it when its nodes are gone, in a moment");
      const { lasts_minutes, ...asked } = body as SimulatorSet;
      if ((asked.nodes ?? 1) > 100) return refuse(422, "invalid", { nodes: [`must be 1 to 100, not ${asked.nodes}`] });
      if (state === "stopped") [state, since, startedAt, expiresAt] = ["running", Date.now(), iso(), iso(-120 * 60_000)];
      wanted = { ...wanted, ...(asked as Partial<Simulator["settings"]>), only_version: asked.only_version || null };
      if (lasts_minutes) expiresAt = iso(-lasts_minutes * 60_000);
      record(db, "simulator.set", "simulator", SANDBOX.id, { changed: Object.keys(body as object).join(", ") }, ME_ACTOR);
      return ok({ simulator: shown(true) });
    },
  ],
  [
    "DELETE",
    "/projects/:project/simulator",
    (db) => {
      [before, state, since] = [joined(), "stopping", Date.now()];
      record(db, "simulator.stopped", "simulator", SANDBOX.id, { reason: ME.email }, ME_ACTOR);
      return ok({ simulator: shown(true) });
    },
  ],
];
