// The API over data in memory: enough of it for the UI to be worked on and tested without a member.
import type { CertificateCreate, CertificateReplace, CertificateRequest, ConfigDocument, EnvironmentCreate, EnvironmentUpdate, FreezeWindowCreate, JoinToken, Node, NodeGroupCreate, NodeGroupUpdate, NodeUpdate, ProjectUpdate, PromotionRuleCreate, PromotionRuleUpdate, ProjectSecretCreate, RolloutCreate, RolloutRehearse, RolloutTemplateCreate, RolloutTemplateUpdate, ServiceTemplateFill } from "../src/api/types.ts";
import { formatLabels } from "../src/lib/labels.ts";
import { type Answer, ME_ACTOR, missing, ok, page, type Request, refuse } from "./answer.ts";
import { calendar } from "./calendar.ts";
import * as configuration from "./configuration.ts";
import { check } from "./check.ts";
import { type Db, EMPTY_PROJECT, iso, ME, newBundle, ORG, PROJECT, SANDBOX } from "./db.ts";
import { unified } from "./diff.ts";
import { DRIFT_ROUTES } from "./drift.ts";
import { emit, record } from "./engine.ts";
import { fill, TEMPLATES } from "./service-templates.ts";
import { createGroup, grouped, holds, shown, updateGroup } from "./groups.ts";
import * as environments from "./environments.ts";
import * as certificates from "./certificates.ts";
import * as secrets from "./secrets.ts";
import * as templates from "./templates.ts";
import { hex, uuid } from "./random.ts";
import { course } from "./rehearsal.ts";
import { advance, decide, detail, pinnedAway, plan, start, steer } from "./rollouts.ts";
import { SIMULATOR_ROUTES, simulatedNodes } from "./simulator.ts";
import { why } from "./why.ts";

export const PASSWORD = "correct horse battery";
let password = PASSWORD;

type Handler = (db: Db, params: Record<string, string>, request: Request) => Answer;

const session = () => ({
  user: ME,
  memberships: [{ org: ORG, role: "admin", projects: [PROJECT, EMPTY_PROJECT, SANDBOX] }],
  expires_at: iso(-12 * 3_600_000),
});

function nodesOf(db: Db, project: string | undefined): Node[] {
  if (project === SANDBOX.slug) return simulatedNodes(db);
  return project === PROJECT.slug ? db.nodes : [];
}

const bundleOf = (db: Db, id: string | undefined) => db.bundles.find((bundle) => bundle.id === id);

const projectOf = (db: Db) => ({ id: PROJECT.id, org_id: ORG.id, org_slug: ORG.slug, slug: PROJECT.slug, name: PROJECT.name, description: "", baseline_bundle_id: null, approval_rules: db.rules, approval_expires_hours: db.expiresHours, drift_remediation: db.drift.remediation, drift_delay_seconds: db.drift.delay, checks_allow_private: db.checksAllowPrivate, inserted_at: iso(40 * 86_400_000) });

let leader = 1;
let level = 1;
const joinTokens: JoinToken[] = [];

const ROUTES: [method: string, path: string, handler: Handler][] = [
  ["GET", "/session", (_, __, { signedIn }) => (signedIn ? ok(session()) : refuse(401, "unauthenticated", "sign in first"))],
  [
    "POST",
    "/session",
    (_, __, { body }) => {
      const given = body as { email: string; password: string };
      if (given.email !== ME.email || given.password !== password) return refuse(401, "unauthenticated", "The e-mail address or the password is wrong");
      return { ...ok(session()), session: "begins" };
    },
  ],
  [
    "DELETE",
    "/session",
    () => ({ status: 204, session: "ends" }),
  ],
  [
    "PUT",
    "/session/password",
    (db, _, { body }) => {
      const given = body as { current: string; new: string };
      if (given.new.length < 12) return refuse(422, "invalid", { new: ["must have 12 characters at least"] });
      if (given.current !== password) return refuse(422, "invalid", { current: ["is not your current password"] });
      password = given.new;
      record(db, "user.password_changed", "user", ME.id, { sessions_ended: "0" }, ME_ACTOR);
      return { status: 204 };
    },
  ],
  [
    "GET",
    "/cluster",
    (db) =>
      ok({
        cluster_id: "019a0000-0000-7000-8000-00000000c1c1",
        formed_at: iso(41 * 86_400_000),
        version: "0.1.0",
        member_id: 1,
        leader,
        term: 6 + leader,
        committed: db.index,
        applied: db.index,
        snapshot: 48_000,
        members: [1, 2, 3].map((id) => ({
          id,
          name: `member-${id}`,
          peer_address: `127.0.0.1:40${id}2`,
          api_url: `http://127.0.0.1:40${id}0`,
          voter: true,
          leader: id === leader,
          answering: id === 1,
          matched: db.index - (id === 3 ? 4 : 0),
          silent_since: null,
          skew_ms: id === 1 ? null : 3,
          disk: { last_us: 420, max_us: 3_900, well: true },
          archives: { count: 42, bytes: 3_100_000, checked_at: iso(5 * 3_600_000), missing: 0, lost: 0, damaged: id === 3 ? 1 : 0 },
          level: 2,
          version: "0.1.0",
        })),
        level: { now: level, known: 2, raise_to: level === 1 ? 2 : null, held_back: [] },
        epoch: 2,
        epoch_began: { at: iso(9 * 86_400_000), reason: "restore", founder: 1 },
        backup: { index: db.index - 900, place: "s3://backups/shop/2026-11-24.scpbackup", size_bytes: 41_000_000, taken_at: iso(3 * 3_600_000), verified_at: iso(3 * 3_600_000) },
        unready: null,
        findings: [
          { topic: "clocks", severity: "warning", member: 2, text: "the clock of member-2 is 1.4 s ahead of this member's", advice: "see whether NTP runs there" },
          { topic: "quorum", severity: "ok", member: null, text: "all 3 voters answer; 1 may be lost", advice: null },
        ],
      }),
  ],
  ["GET", "/cluster/join-tokens", () => ok({ join_tokens: joinTokens })],
  [
    "POST",
    "/cluster/join-tokens",
    (db, _, { body }) => {
      const given = body as { uses?: number | null; ttl_s?: number | null };
      const token: JoinToken = { id: uuid(), uses_left: given.uses ?? 1, expires_at: iso(-(given.ttl_s ?? 3_600) * 1_000), revoked_at: null, usable: true, inserted_at: iso() };
      joinTokens.unshift(token);
      record(db, "join_token.created", "join_token", token.id, { uses: String(token.uses_left) }, ME_ACTOR);
      return ok({ join_token: token, token: `join_${token.id.replaceAll("-", "")}` }, 201);
    },
  ],
  [
    "POST",
    "/cluster/join-tokens/:id/revoke",
    (_, { id }) => {
      const token = joinTokens.find((candidate) => candidate.id === id);
      if (token === undefined) return missing("Join token");
      Object.assign(token, { revoked_at: iso(), usable: false });
      return ok({ join_token: token });
    },
  ],
  [
    "POST",
    "/cluster/hand-over",
    (_, __, { body }) => {
      leader = (body as { to?: number | null }).to ?? 2;
      return { status: 202 };
    },
  ],
  [
    "POST",
    "/cluster/level",
    (db, _, { body }) => {
      const { from, to } = body as { from: number; to: number };
      if (from !== level || to !== 2) return refuse(409, "conflict", "the object was changed by somebody else");
      level = to;
      record(db, "cluster.level_raised", "cluster", "019a0000-0000-7000-8000-00000000c1c1", { from: String(from), to: String(to) }, ME_ACTOR);
      return { status: 204 };
    },
  ],
  ["DELETE", "/cluster/members/:id", (_, { id }) => (Number(id) === 3 ? { status: 204 } : refuse(409, "conflict", "those that remain could not write"))],
  ["GET", "/orgs/:org/members", (db, _, { query }) => page("members", db.members, query)],
  [
    "POST",
    "/orgs/:org/members",
    (db, _, { body }) => {
      const { email, name, password, role } = body as { email: string; name: string; password: string; role: "reader" };
      if (password.length < 12) return refuse(422, "invalid", { password: ["must have 12 characters at least"] });
      const member = { user_id: uuid(), email, name, role, inserted_at: iso() };
      db.members.push(member);
      record(db, "member.role_set", "member", member.user_id, { email, role }, ME_ACTOR);
      return ok({ member }, 201);
    },
  ],
  [
    "PUT",
    "/orgs/:org/members/:id",
    (db, { id }, { body }) => {
      const member = db.members.find((candidate) => candidate.user_id === id);
      if (member === undefined) return missing("Member");
      if (id === ME.id) return refuse(409, "conflict", "an org must keep at least one admin");
      member.role = (body as { role: "reader" }).role;
      return ok({ member });
    },
  ],
  [
    "PUT",
    "/orgs/:org/members/:id/password",
    (db, { id }, { body }) => {
      if (!db.members.some((member) => member.user_id === id)) return missing("Member");
      if (id === ME.id) return refuse(409, "conflict", "this is your own account; change your password with the current one instead");
      if ((body as { password: string }).password.length < 12) return refuse(422, "invalid", { password: ["must have 12 characters at least"] });
      record(db, "user.password_reset", "user", id ?? "", { sessions_ended: "0" }, ME_ACTOR);
      return { status: 204 };
    },
  ],
  [
    "DELETE",
    "/orgs/:org/members/:id",
    (db, { id }) => {
      db.members = db.members.filter((member) => member.user_id !== id);
      return { status: 204 };
    },
  ],
  ["GET", "/orgs/:org/audit", (db, _, { query }) => page("entries", auditOf(db, query), query)],
  ["GET", "/projects/:project/audit", (db, { project }, { query }) => page("entries", project === PROJECT.slug ? auditOf(db, query) : [], query)],
  ["GET", "/api-keys", (db, _, { query }) => page("api_keys", db.apiKeys, query)],
  [
    "POST",
    "/api-keys",
    (db, _, { body }) => {
      const { name, scopes, project, expires_at } = body as { name: string; scopes: []; project: string | null; expires_at: string | null };
      if (scopes.length === 0) return refuse(422, "invalid", { scopes: ["must name at least one"] });
      const key = `scp_${hex(43)}`;
      const created = { id: uuid(), org_id: ORG.id, name, key_prefix: key.slice(0, 8), scopes, project_id: null, project_slug: project, created_by_id: ME.id, expires_at, revoked_at: null, inserted_at: iso() };
      db.apiKeys.push(created);
      record(db, "api_key.created", "api_key", created.id, { name }, ME_ACTOR);
      return ok({ ...created, key }, 201);
    },
  ],
  [
    "POST",
    "/api-keys/:id/revoke",
    (db, { id }) => {
      const key = db.apiKeys.find((candidate) => candidate.id === id);
      if (key === undefined) return missing("API key");
      key.revoked_at = iso();
      record(db, "api_key.revoked", "api_key", key.id, { name: key.name }, ME_ACTOR);
      return ok({ api_key: key });
    },
  ],
  [
    "DELETE",
    "/api-keys/:id",
    (db, { id }) => {
      db.apiKeys = db.apiKeys.filter((key) => key.id !== id);
      return { status: 204 };
    },
  ],
  ["GET", "/projects/:project/enrolment-tokens", (db, { project }, { query }) => page("enrolment_tokens", project === PROJECT.slug ? db.tokens : [], query)],
  [
    "POST",
    "/projects/:project/enrolment-tokens",
    (db, _, { body }) => {
      const { name, uses, expires_at } = body as { name: string; uses: number | null; expires_at: string | null };
      const token = `enr_${hex(43)}`;
      const created = { id: uuid(), name, token_prefix: token.slice(0, 8), uses_left: uses, expires_at, revoked_at: null, inserted_at: iso() };
      db.tokens.unshift(created);
      record(db, "enrolment_token.created", "enrolment_token", created.id, { name }, ME_ACTOR);
      return ok({ enrolment_token: created, token }, 201);
    },
  ],
  [
    "POST",
    "/projects/:project/enrolment-tokens/:id/revoke",
    (db, { id }) => {
      const token = db.tokens.find((candidate) => candidate.id === id);
      if (token === undefined) return missing("Enrolment token");
      token.revoked_at = iso();
      record(db, "enrolment_token.revoked", "enrolment_token", token.id, { name: token.name }, ME_ACTOR);
      return ok({ enrolment_token: token });
    },
  ],
  [
    "GET",
    "/projects/:project/overview",
    (db, { project }) => {
      const nodes = nodesOf(db, project);
      const runs = new Map<string, number>();
      for (const node of nodes) if (node.effective) runs.set(node.effective.bundle_id, (runs.get(node.effective.bundle_id) ?? 0) + 1);
      const having = (test: (node: Node) => boolean): number => nodes.filter(test).length;
      const mine = project === PROJECT.slug;
      return ok({
        nodes: {
          total: nodes.length,
          online: having((node) => node.status === "online"),
          offline: having((node) => node.status === "offline"),
          unknown: having((node) => node.status === "unknown"),
          converged: having((node) => node.converged),
          failed: having((node) => !node.converged && node.failure?.generation === node.desired?.generation && node.failure !== null),
          by_bundle: [...runs].map(([bundle_id, count]) => ({ bundle_id, version: bundleOf(db, bundle_id)?.version ?? null, nodes: count })).toSorted((a, b) => b.nodes - a.nodes),
        },
        bundles: { total: mine ? db.bundles.length : 0, newest: mine ? (db.bundles[0] ?? null) : null },
        rollouts: { active: mine ? db.rollouts.map(({ rollout }) => rollout).filter((rollout) => rollout.completed_at === null) : [] },
        recent: mine ? db.audit.slice(0, 10) : [],
      });
    },
  ],
  [
    "GET",
    "/projects/:project/nodes",
    (db, { project }, { query }) => {
      const [status, slot, environment, q] = [query.get("status"), query.get("slot"), query.get("environment"), query.get("q")?.toLowerCase()];
      const group = db.groups.find(({ node_group }) => node_group.id === query.get("group") || node_group.name === query.get("group"));
      const labels = [...query].flatMap(([name, value]) => (/^labels\[(.+)\]$/.exec(name) ? [[name.slice(7, -1), value] as const] : []));
      const found = nodesOf(db, project).filter(
        (node) =>
          (status === null || node.status === status) &&
          (slot === null || node.slot === slot) &&
          (environment === null || node.environment?.slug === environment || node.environment?.id === environment) &&
          (query.get("group") === null || (group !== undefined && holds(group, node))) &&
          (q === undefined || node.name.includes(q) || node.hostname.includes(q)) &&
          labels.every(([key, value]) => node.labels[key] === value),
      );
      return page("nodes", found.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((node) => grouped(db, node)), query);
    },
  ],
  ["GET", "/projects/:project/nodes/:id", (db, { id }) => { const node = db.nodes.find((candidate) => candidate.id === id); return node === undefined ? missing("Node") : ok({ node: grouped(db, node) }); }],
  ["GET", "/projects/:project/nodes/:id/why", (db, { id }) => why(db, id)],
  ["GET", "/projects/:project/nodes/:id/events", (db, { id }) => ok({ events: db.nodeEvents.get(id ?? "") ?? [], total: db.nodeEvents.get(id ?? "")?.length ?? 0 })],
  [
    "PATCH",
    "/projects/:project/nodes/:id",
    (db, { id }, { body }) => {
      const node = db.nodes.find((candidate) => candidate.id === id);
      if (node === undefined) return missing("Node");
      const change = body as NodeUpdate;
      const changes: Record<string, string> = { name: node.name, changed: Object.keys(change).join(", ") };
      const pinned = change.pinned_bundle_id ? bundleOf(db, change.pinned_bundle_id) : undefined;
      if (change.pinned_bundle_id && pinned === undefined) return missing("Bundle");
      if (change.pinned_bundle_id && node.owner_rollout_id) return refuse(409, "conflict", `node '${node.name}' belongs to the rollout ${node.owner_rollout_id}; wait for it to end, or cancel it first`);
      if (change.weight !== undefined && change.weight !== null) {
        if (change.weight > 100) return refuse(422, "invalid", { weight: ["must be 0 to 100 percent"] });
        Object.assign(changes, { weight_before: String(node.weight), weight: String(change.weight) });
        node.weight = change.weight;
      }
      if (change.slot !== undefined) {
        if (node.owner_rollout_id) return refuse(409, "conflict", `node '${node.name}' belongs to the rollout ${node.owner_rollout_id}; wait for it to end, or cancel it first`);
        Object.assign(changes, { slot_before: node.slot ?? "none", slot: change.slot ?? "none" });
        node.slot = change.slot;
      }
      if (change.min_bundle_version !== undefined) node.min_bundle_version = change.min_bundle_version;
      if (change.max_bundle_version !== undefined) node.max_bundle_version = change.max_bundle_version;
      if (change.environment !== undefined) {
        if (node.owner_rollout_id) return refuse(409, "conflict", `node '${node.name}' belongs to the rollout ${node.owner_rollout_id}; wait for it to end, or cancel it first`);
        const to = environments.environmentOf(db, change.environment);
        if (change.environment !== null && to === undefined) return missing("Environment");
        Object.assign(changes, { environment_before: node.environment?.slug ?? "none", environment: to?.slug ?? "none" });
        node.environment = to === undefined ? null : environments.refOf(to);
      }
      if (change.labels) {
        Object.assign(changes, { labels_before: formatLabels(node.labels), labels: formatLabels(change.labels) });
        node.labels = change.labels;
      }
      if (change.pinned_bundle_id !== undefined) {
        Object.assign(changes, { pinned_version_before: node.pinned_version ?? "none", pinned_version: pinned?.version ?? "none" });
        node.pinned_bundle_id = pinned?.id ?? null;
        node.pinned_version = pinned?.version ?? null;
      }
      record(db, "node.updated", "node", node.id, changes, ME_ACTOR);
      return ok({ node });
    },
  ],
  [
    "DELETE",
    "/projects/:project/nodes/:id",
    (db, { id }) => {
      const node = db.nodes.find((candidate) => candidate.id === id);
      if (node === undefined) return missing("Node");
      db.nodes = db.nodes.filter((candidate) => candidate !== node);
      record(db, "node.deleted", "node", node.id, { name: node.name }, ME_ACTOR);
      return { status: 204 };
    },
  ],
  ["GET", "/projects/:project/bundles", (db, { project }, { query }) => page("bundles", project === PROJECT.slug ? db.bundles.filter((bundle) => query.get("status") === null || bundle.status === query.get("status")) : [], query)],
  [
    "POST",
    "/projects/:project/bundles/validate",
    (_, __, { body }) => {
      const { problems, warnings } = check((body as { config_source: string }).config_source);
      return ok({ valid: problems.length === 0, problems, warnings });
    },
  ],
  [
    "POST",
    "/projects/:project/bundles",
    (db, _, { body }) => {
      const { version, config_source: text } = body as { version: string; config_source?: string };
      if (text === undefined) {
        const found = configuration.problems(db.configuration);
        if (found.length > 0) return refuse(422, "invalid_config", "The configuration is refused", { problems: found });
      }
      const config_source = text ?? `${JSON.stringify(db.configuration, null, 2)}\n`;
      if (db.bundles.some((bundle) => bundle.version === version)) return refuse(422, "invalid", { version: ["is taken by another bundle of this project"] });
      const { problems, warnings } = text === undefined ? { problems: [], warnings: [] } : check(config_source);
      if (problems.length > 0) return refuse(422, "invalid_config", "The configuration is refused", { problems });
      const bundle = newBundle(version, ME.name, 0, "low", [], warnings.map((warning) => `line ${warning.line}: ${warning.message}`));
      db.bundles.unshift(bundle);
      db.sources.set(bundle.id, config_source);
      record(db, "bundle.compiled", "bundle", bundle.id, { version }, ME_ACTOR);
      return ok({ id: bundle.id, version, status: bundle.status, project_id: bundle.project_id, bundle }, 201);
    },
  ],
  ["GET", "/projects/:project/bundles/:id", (db, { id }) => { const bundle = bundleOf(db, id); return bundle === undefined ? missing("Bundle") : ok({ bundle }); }],
  [
    "GET",
    "/projects/:project/bundles/:id/source",
    (db, { id }) => {
      const source = db.sources.get(id ?? "") ?? "";
      const marker = `    route "sentinel-marker" {\n        matches { host "rev-${hex(16)}.sentinel-probe.invalid"; }\n        builtin-handler "status"\n    }\n`;
      return ok({ config_source: source, compiled_source: source.replace("routes {\n", `routes {\n${marker}`), manifest: {} });
    },
  ],
  ["GET", "/projects/:project/bundles/:id/diff", (db, { id }, { query }) => ok({ against: query.get("against"), ...unified(db.sources.get(query.get("against") ?? "") ?? "", db.sources.get(id ?? "") ?? "") })],
  ["GET", "/projects/:project/bundles/:id/verify", (db, { id }) => ok({ verified: true, signed: true, key_id: bundleOf(db, id)?.signing_key_id ?? null })],
  [
    "GET",
    "/projects/:project/bundles/:id/sbom",
    () =>
      ok({
        bomFormat: "CycloneDX",
        specVersion: "1.5",
        components: ["sentinel.kdl", "manifest.json", "checksums.txt"].map((name) => ({ type: "file", name, hashes: [{ alg: "SHA-256", content: hex(64) }] })),
      }),
  ],
  [
    "POST",
    "/projects/:project/bundles/:id/assign",
    (db, { id }, { body }) => {
      const bundle = bundleOf(db, id);
      if (bundle === undefined) return missing("Bundle");
      const nodes = db.nodes.filter((node) => (body as { node_ids: string[] }).node_ids.includes(node.id));
      const owned = nodes.find((node) => node.owner_rollout_id);
      if (owned) return refuse(409, "conflict", `node '${owned.name}' belongs to a rollout`);
      const pinned = nodes.find((node) => pinnedAway(node, bundle.id));
      if (pinned) return refuse(409, "conflict", `node '${pinned.name}' is pinned to bundle '${pinned.pinned_version}'; assign that one, or unpin the node first`);
      for (const node of nodes) {
        node.desired = { bundle_id: bundle.id, version: bundle.version, generation: (node.desired?.generation ?? 0) + 1, at: iso(), cause: { type: "direct", rollout_id: null } };
        node.converged = false;
        emit(db, "node.assigned", node.id);
      }
      record(db, "bundle.assigned", "bundle", bundle.id, { version: bundle.version, nodes: String(nodes.length) }, ME_ACTOR);
      return ok({ assigned: nodes.length });
    },
  ],
  [
    "POST",
    "/projects/:project/bundles/:id/revoke",
    (db, { id }) => {
      const bundle = bundleOf(db, id);
      if (bundle === undefined) return missing("Bundle");
      bundle.status = "revoked";
      record(db, "bundle.revoked", "bundle", bundle.id, { version: bundle.version }, ME_ACTOR);
      return ok({ bundle });
    },
  ],
  ["GET", "/projects/:project/rollouts", (db, { project }, { query }) => page("rollouts", project === PROJECT.slug ? db.rollouts.map(({ rollout }) => rollout).filter((rollout) => query.get("state") === null || rollout.state === query.get("state")) : [], query)],
  ["POST", "/projects/:project/rollouts/plan", (db, _, { body }) => { const planned = plan(db, body as RolloutCreate); return "status" in planned ? planned : ok(planned); }],
  ["POST", "/projects/:project/rollouts/rehearse", (db, _, { body }) => { const asked = body as RolloutRehearse; const planned = plan(db, asked.rollout); return "status" in planned ? planned : ok(course(planned, asked, db.nodes.length)); }],
  ["POST", "/projects/:project/rollouts", (db, _, { body }) => start(db, body as RolloutCreate)],
  ["GET", "/projects/:project/rollouts/:id", (db, { id }) => { const stored = db.rollouts.find(({ rollout }) => rollout.id === id); return stored === undefined ? missing("Rollout") : ok(detail(db, stored)); }],
  ...(["approve", "reject", "break-glass"] as const).map((action): [string, string, Handler] => [
    "POST",
    `/projects/:project/rollouts/:id/${action}`,
    (db, { id }, { body }) => decide(db, id, action, body as Record<string, string>),
  ]),
  ["GET", "/projects/:project/node-groups", (db, { project }) => { const groups = project === PROJECT.slug ? db.groups.map((group) => shown(db, group).node_group).toSorted((a, b) => (a.name < b.name ? -1 : 1)) : []; return ok({ node_groups: groups, total: groups.length }); }],
  ["POST", "/projects/:project/node-groups", (db, _, { body }) => { const answer = createGroup(db, body as NodeGroupCreate); record(db, "node_group.created", "node_group", db.groups.at(-1)?.node_group.id ?? "", { name: (body as NodeGroupCreate).name }, ME_ACTOR); return answer; }],
  ["GET", "/projects/:project/node-groups/:id", (db, { id }) => { const group = db.groups.find(({ node_group }) => node_group.id === id); return group === undefined ? missing("Group") : ok(shown(db, group)); }],
  ["PATCH", "/projects/:project/node-groups/:id", (db, { id }, { body }) => { const answer = updateGroup(db, id, body as NodeGroupUpdate); record(db, "node_group.updated", "node_group", id ?? "", { changed: Object.keys(body as object).join(", ") }, ME_ACTOR); return answer; }],
  [
    "DELETE",
    "/projects/:project/node-groups/:id",
    (db, { id }) => {
      db.groups = db.groups.filter(({ node_group }) => node_group.id !== id);
      record(db, "node_group.deleted", "node_group", id ?? "", {}, ME_ACTOR);
      return { status: 204 };
    },
  ],
  ["GET", "/projects/:project/rollout-templates", (db, { project }) => (project === PROJECT.slug ? templates.list(db) : ok({ rollout_templates: [], total: 0 }))],
  ["POST", "/projects/:project/rollout-templates", (db, _, { body }) => { const answer = templates.create(db, body as RolloutTemplateCreate); record(db, "rollout_template.created", "rollout_template", db.templates.at(-1)?.id ?? "", { name: (body as RolloutTemplateCreate).name }, ME_ACTOR); return answer; }],
  ["GET", "/projects/:project/rollout-templates/:id", (db, { id }) => templates.show(db, id)],
  ["PATCH", "/projects/:project/rollout-templates/:id", (db, { id }, { body }) => { const answer = templates.update(db, id, body as RolloutTemplateUpdate); record(db, "rollout_template.updated", "rollout_template", id ?? "", { changed: Object.keys(body as object).join(", ") }, ME_ACTOR); return answer; }],
  [
    "DELETE",
    "/projects/:project/rollout-templates/:id",
    (db, { id }) => {
      db.templates = db.templates.filter((template) => template.id !== id);
      record(db, "rollout_template.deleted", "rollout_template", id ?? "", {}, ME_ACTOR);
      return { status: 204 };
    },
  ],
  ["GET", "/projects/:project/config/export", (db, { project }) => ok(project === PROJECT.slug ? db.configuration : configuration.EMPTY)],
  ["POST", "/projects/:project/config/preview", (_, __, { body }) => ok(configuration.preview(body as ConfigDocument))],
  ["GET", "/service-templates", () => ok({ service_templates: TEMPLATES })],
  ["POST", "/service-templates/:name/document", (_, { name }, { body }) => fill(name ?? "", body as ServiceTemplateFill)],
  ["POST", "/projects/:project/config/diff", (db, _, { body }) => ok(configuration.difference(db.configuration, body as ConfigDocument))],
  ["POST", "/projects/:project/config/apply", (db, _, { body }) => configuration.apply(db, body as ConfigDocument)],
  ...Object.entries({ listeners: "listeners", services: "services", "upstream-groups": "upstream_groups", middlewares: "middlewares", "trust-stores": "trust_stores" }).map(([path, plural]): [string, string, Handler] => [
    "GET",
    `/projects/:project/${path}`,
    (db, { project }) => configuration.list(project === PROJECT.slug ? db : { ...db, configuration: configuration.EMPTY }, plural),
  ]),
  ["GET", "/projects/:project/secrets", (db, { project }) => (secrets.has(project) ? secrets.list(db) : ok({ secrets: [], total: 0 }))],
  ["POST", "/projects/:project/secrets", (db, _, { body }) => secrets.create(db, body as ProjectSecretCreate)],
  ["GET", "/projects/:project/secrets/:id", (db, { id }) => secrets.show(db, id)],
  ["PATCH", "/projects/:project/secrets/:id", (db, { id }, { body }) => secrets.update(db, id, (body as { description: string }).description)],
  ["DELETE", "/projects/:project/secrets/:id", (db, { id }) => secrets.remove(db, id)],
  ["POST", "/projects/:project/secrets/:id/rotate", (db, { id }, { body }) => secrets.rotate(db, id, (body as { value: string }).value)],
  ["GET", "/projects/:project/certificates", (db, { project }) => (project === PROJECT.slug ? certificates.list(db) : ok({ certificates: [], total: 0 }))],
  ["POST", "/projects/:project/certificates", (db, _, { body }) => certificates.create(db, body as CertificateCreate)],
  ["POST", "/projects/:project/acme-certificates", (db, _, { body }) => certificates.request(db, body as CertificateRequest)],
  ["GET", "/projects/:project/certificates/:slug", (db, { slug }) => certificates.show(db, slug)],
  ["PATCH", "/projects/:project/certificates/:slug", (db, { slug }, { body }) => certificates.update(db, slug, (body as { description: string }).description)],
  ["DELETE", "/projects/:project/certificates/:slug", (db, { slug }) => certificates.remove(db, slug)],
  ["POST", "/projects/:project/certificates/:slug/replace", (db, { slug }, { body }) => certificates.replace(db, slug, body as CertificateReplace)],
  ["POST", "/projects/:project/certificates/:slug/renew", (db, { slug }) => certificates.renew(db, slug)],
  ["GET", "/projects/:project/calendar", (db, { project }, { query }) => (project === PROJECT.slug ? calendar(db, query) : calendar({ ...db, freezes: [], rollouts: [], promotionRules: [] }, query))],
  ["GET", "/projects/:project/freeze-windows", (db, { project }) => { const windows = project === PROJECT.slug ? db.freezes.map((window) => ({ ...window, active: window.next !== null && Date.parse(window.next.from) <= Date.now() && Date.now() < Date.parse(window.next.until) })) : []; return ok({ freeze_windows: windows, total: windows.length }); }],
  [
    "POST",
    "/projects/:project/freeze-windows",
    (db, _, { body }) => {
      const { name, reason, from, until, recurrence, environment } = body as FreezeWindowCreate;
      const of = environments.environmentOf(db, environment);
      const begins = from ?? iso();
      if (Date.parse(until) <= Date.parse(begins)) return refuse(422, "invalid", { until: ["must lie behind `from`"] });
      const window = { id: uuid(), name, reason: reason ?? "", from: begins, until, recurrence: recurrence ?? undefined, environment: of === undefined ? null : environments.refOf(of), next: { from: begins, until }, active: Date.parse(begins) <= Date.now(), created_by: ME.email, inserted_at: iso() };
      db.freezes.unshift(window);
      record(db, "freeze_window.created", "freeze_window", window.id, { name, until }, ME_ACTOR);
      return ok({ freeze_window: window }, 201);
    },
  ],
  ["GET", "/projects/:project/environments", (db, { project }) => (project === PROJECT.slug ? environments.list(db) : ok({ environments: [], total: 0 }))],
  ["POST", "/projects/:project/environments", (db, _, { body }) => environments.create(db, body as EnvironmentCreate)],
  ["POST", "/projects/:project/environments/defaults", () => refuse(422, "invalid", { slug: ["the project has an environment 'dev' already"] })],
  ["GET", "/projects/:project/environments/:id", (db, { id }) => environments.show(db, id)],
  ["PATCH", "/projects/:project/environments/:id", (db, { id }, { body }) => environments.update(db, id, body as EnvironmentUpdate)],
  ["DELETE", "/projects/:project/environments/:id", (db, { id }) => environments.remove(db, id)],
  ["GET", "/projects/:project/promotion-rules", (db, { project }) => (project === PROJECT.slug ? environments.rules(db) : ok({ promotion_rules: [], total: 0 }))],
  ["POST", "/projects/:project/promotion-rules", (db, _, { body }) => environments.createRule(db, body as PromotionRuleCreate)],
  ["PATCH", "/projects/:project/promotion-rules/:id", (db, { id }, { body }) => environments.changeRule(db, id, body as PromotionRuleUpdate)],
  ["DELETE", "/projects/:project/promotion-rules/:id", (db, { id }) => environments.removeRule(db, id)],
  [
    "DELETE",
    "/projects/:project/freeze-windows/:id",
    (db, { id }) => {
      db.freezes = db.freezes.filter((window) => window.id !== id);
      record(db, "freeze_window.deleted", "freeze_window", id ?? "", {}, ME_ACTOR);
      return { status: 204 };
    },
  ],
  ["GET", "/projects/:project", (db, { project }) => (project === PROJECT.slug ? ok({ project: projectOf(db) }) : missing("Project"))],
  [
    "PATCH",
    "/projects/:project",
    (db, _, { body }) => {
      const update = body as ProjectUpdate;
      if (update.approval_rules) db.rules = update.approval_rules;
      if (update.approval_expires_hours) db.expiresHours = update.approval_expires_hours;
      if (update.drift_remediation) db.drift.remediation = update.drift_remediation;
      if (typeof update.checks_allow_private === "boolean") db.checksAllowPrivate = update.checks_allow_private;
      if (update.drift_delay_seconds) db.drift.delay = update.drift_delay_seconds;
      record(db, "project.updated", "project", PROJECT.id, {}, ME_ACTOR);
      return ok({ project: projectOf(db) });
    },
  ],
  ["POST", "/projects/:project/rollouts/:id/advance", (db, { id }, { body }) => advance(db, id, (body as { step_index: number }).step_index)],
  ...(["pause", "resume", "cancel", "rollback"] as const).map((action): [string, string, Handler] => [
    "POST",
    `/projects/:project/rollouts/:id/${action}`,
    (db, { id }, { body }) => steer(db, id, action, (body as { reason?: string } | undefined)?.reason ?? ""),
  ]),
];

function auditOf(db: Db, query: URLSearchParams) {
  const [action, actor] = [query.get("action"), query.get("actor")];
  return db.audit.filter(
    (entry) =>
      (action === null || entry.action === action || entry.action.split(".", 1)[0] === action) && (actor === null || entry.actor.type === actor || entry.actor.id === actor),
  );
}

export function handle(db: Db, request: Request): Answer {
  const path = request.path.replace(/^\/api\/v1/, "");
  if (!request.signedIn && path !== "/session") return refuse(401, "unauthenticated", "sign in first");
  for (const [method, pattern, handler] of [...DRIFT_ROUTES, ...SIMULATOR_ROUTES, ...ROUTES]) {
    if (method !== request.method) continue;
    const names = [...pattern.matchAll(/:(\w+)/g)].map((match) => match[1] ?? "");
    const match = new RegExp(`^${pattern.replace(/:\w+/g, "([^/]+)")}$`).exec(path);
    if (match === null) continue;
    const params = Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")]));
    return handler(db, params, request);
  }
  return missing("Route");
}
