// A project with a fleet and a past, in memory.
import type { ApiKey, ApprovalRule, AuditEntry, Bundle, CanaryAnalysis, Certificate, ConfigDocument, DriftRemediation, EnrolmentToken, Environment, Event, Fact, FreezeWindow, HttpCheck, Member, Node, NodeEvent, NodeGroupDetail, PromotionRule, Risk, Rollout, RolloutNode, RolloutStep, RolloutTemplate } from "../src/api/types.ts";
import { look, USUAL } from "./canary.ts";
import { certificates } from "./certificates.ts";
import { groups } from "./groups.ts";
import { configuration, DEPLOYED, revisions } from "./configuration.ts";
import { type StoredSecret, secrets } from "./secrets.ts";
import { templates } from "./templates.ts";
import { hex, pick, random, uuid } from "./random.ts";

export interface StoredRollout {
  rollout: Rollout;
  /** How the canary compares; none when it is no canary, or nothing was compared yet. */
  canary?: CanaryAnalysis;
  steps: RolloutStep[];
  nodes: RolloutNode[];
  /** The newest step that a person let begin. */
  released?: number;
}

/** What of an environment is not counted anew each time. */
export type StoredEnvironment = Omit<Environment, "place" | "nodes" | "online" | "bundles" | "frozen">;

/** What was completed last. */
export const newestOf = (stored: StoredEnvironment): string | undefined => stored.completed[0]?.bundle_id;

export interface Db {
  environments: StoredEnvironment[];
  promotionRules: PromotionRule[];
  nodes: Node[];
  nodeEvents: Map<string, NodeEvent[]>;
  bundles: Bundle[];
  sources: Map<string, string>;
  rollouts: StoredRollout[];
  audit: AuditEntry[];
  apiKeys: ApiKey[];
  tokens: EnrolmentToken[];
  freezes: FreezeWindow[];
  groups: NodeGroupDetail[];
  templates: RolloutTemplate[];
  configuration: ConfigDocument;
  /** The revisions at which objects of the configuration were changed last, by their places. */
  revisions: Record<string, number>;
  secrets: StoredSecret[];
  certificates: Certificate[];
  rules: ApprovalRule[];
  expiresHours: number;
  drift: { remediation: DriftRemediation; delay: number };
  checksAllowPrivate: boolean;
  members: Member[];
  events: Event[];
  listeners: Set<(event: Event) => void>;
  index: number;
}

export const ME = { id: "019a0000-0000-7000-8000-0000000000a1", email: "ada@example.com", name: "Ada Keller", cluster_admin: true };
export const ORG = { id: "019a0000-0000-7000-8000-0000000000b1", slug: "acme", name: "Acme" };
export const PROJECT = { id: "019a0000-0000-7000-8000-0000000000c1", slug: "shop", name: "Web shop", sandbox: false };
export const EMPTY_PROJECT = { id: "019a0000-0000-7000-8000-0000000000c2", slug: "media", name: "Media", sandbox: false };
export const SANDBOX = { id: "019a0000-0000-7000-8000-0000000000c3", slug: "play", name: "Playground", sandbox: true };

const MINUTE = 60_000;
export const iso = (msAgo = 0): string => new Date(Date.now() - msAgo).toISOString();

const source = (routes: string[], timeout = 30): string => `// Edge configuration of the web shop.
system {
    worker-threads 4
    graceful-shutdown-timeout-secs ${timeout}
}
listeners {
    listener "http" {
        address "0.0.0.0:\${node.http_port}"
        request-timeout-secs 30
    }
    listener "https" {
        address "\${node.https_addr}"
        protocol "https"
        tls {
            cert-file "/var/lib/agent/certs/default.crt"
            key-file "/var/lib/agent/certs/default.key"
            min-version "1.2"
        }
    }
}
upstreams {
    upstream "shop" {
        load-balancing "weighted"
        target "10.0.0.1:8080" weight=9
        target "10.0.1.1:8080" weight=1
        timeouts { connect-secs 2; read-secs 15; write-secs 15; }
    }
    upstream "checkout" {
        target "10.0.2.1:8080"
        circuit-breaker { failure-threshold 3; timeout-seconds 10; }
    }
}
routes {
${routes
  .map(
    (name, index) => `    route "${name}" {
        priority ${900 - index * 100}
        matches {
            host "shop.example.com"
            path-prefix "/${name}"
        }
        upstream "${index % 2 === 0 ? "shop" : "checkout"}"
        policies { timeout-secs ${5 + index}; }
    }`,
  )
  .join("\n")}
}
observability {
    metrics { address "\${node.metrics_addr}"; }
}
`;

const fact = (bundle: Bundle, generation: number, msAgo: number): Fact => ({ bundle_id: bundle.id, version: bundle.version, generation, at: iso(msAgo) });

export function newBundle(version: string, by: string, msAgo: number, risk: Bundle["risk_level"], reasons: string[], warnings: string[] = []): Bundle {
  const digest = hex(64);
  return {
    id: uuid(),
    project_id: PROJECT.id,
    version,
    status: "compiled",
    checksum: digest,
    digest,
    size_bytes: 2_400 + Math.floor(random() * 900),
    manifest_digest: hex(64),
    signed: true,
    signature: `${hex(84)}==`,
    signing_key_id: `ed25519-${hex(12)}`,
    risk_level: risk,
    risk_reasons: reasons,
    warnings,
    config_revision: null,
    secrets: [],
    certificates: [],
    created_by: by,
    inserted_at: iso(msAgo),
    updated_at: iso(msAgo),
  };
}

const refOf = (stored: StoredEnvironment | null): Node["environment"] => (stored === null ? null : { id: stored.id, slug: stored.slug, name: stored.name, color: stored.color });

export function newDb(fleet = 140): Db {
  const bundles = [
    newBundle("2.4.0", "Ada Keller", 22 * MINUTE, "high", ["tls_config_changed", "route_removed"], ["line 24: target 10.0.1.1:8080 has a weight of 1 of 10"]),
    { ...newBundle("2.3.1", "ci-deploy", 26 * 60 * MINUTE, "low", []), config_revision: DEPLOYED },
    newBundle("2.3.0", "Ada Keller", 3 * 1_440 * MINUTE, "medium", ["listener_changed"]),
    newBundle("2.2.9", "Bo Lindqvist", 9 * 1_440 * MINUTE, "medium", ["rate_limit_changed", "upstream_removed"]),
    newBundle("2.2.8", "Bo Lindqvist", 12 * 1_440 * MINUTE, "low", ["first_bundle"]),
  ];
  const [v240, v231, v230, v229, v228] = bundles as [Bundle, Bundle, Bundle, Bundle, Bundle];
  v229.status = "revoked";
  const routes = ["catalog", "cart", "checkout", "account", "search"];
  const sources = new Map([
    [v240.id, source(["catalog", "cart", "checkout", "account", "recommendations"], 45)],
    [v231.id, source(routes)],
    [v230.id, source(routes, 20)],
    [v229.id, source(routes.slice(0, 4))],
    [v228.id, source(routes.slice(0, 3))],
  ]);

  const completed = (bundle: Bundle, days: number): StoredEnvironment["completed"][number] => ({ bundle_id: bundle.id, version: bundle.version, rollout_id: uuid(), at: iso(days * 1_440 * MINUTE), by: "ci-deploy" });
  const environment = (name: string, slug: string, color: string, change: Partial<StoredEnvironment> = {}): StoredEnvironment => ({ id: uuid(), slug, name, description: "", color, approval_rules: [], completed: [], created_by: ME.email, inserted_at: iso(60 * 1_440 * MINUTE), ...change });
  const [dev, staging, prod] = [
    environment("Development", "dev", "#22c55e", { completed: [completed(v240, 0.01), completed(v231, 2), completed(v230, 4)] }),
    environment("Staging", "staging", "#eab308", { description: "What customers do not see yet", completed: [completed(v231, 1.2), completed(v230, 3.1)] }),
    environment("Production", "prod", "#ef4444", { approval_rules: [{ risk_at_least: "medium", approvals: 2 }, { risk_at_least: null, approvals: 1 }], completed: [completed(v231, 1), completed(v230, 3)] }),
  ] as const;
  const placeOf = (index: number, unseen: boolean): StoredEnvironment | null => (unseen ? null : index % 14 === 0 ? dev : index % 7 === 0 ? staging : prod);

  const nodes: Node[] = [];
  const nodeEvents = new Map<string, NodeEvent[]>();
  for (let index = 0; index < fleet; index += 1) {
    const site = ["fra", "ams", "iad", "sin"][index % 4] ?? "fra";
    const number = Math.floor(index / 4) + 1;
    const id = uuid();
    const offline = index === 17 || index === 42 || index === 91;
    const unseen = index === fleet - 1;
    const generation = 11 + (index % 5);
    const at = (3 + index) * MINUTE * 20;
    // The nodes of development have the newest bundle already.
    const runs = index % 14 === 0 ? v240 : index % 23 === 7 ? v230 : v231;
    const assigned = fact(runs, generation, at);
    nodes.push({
      id,
      name: `${site}-edge-${String(number).padStart(2, "0")}`,
      status: unseen ? "unknown" : offline ? "offline" : "online",
      status_since: iso(offline ? 47 * MINUTE : (fleet - index) * 3_600_000),
      healthy: unseen ? null : !offline,
      labels: { site, env: index % 7 === 0 ? "staging" : "prod", tier: "edge" },
      capabilities: ["zstd", "probe", "traffic"],
      agent_version: "0.1.0",
      proxy_version: index % 11 === 3 ? "0.6.44" : "0.6.45",
      hostname: `edge${number}.${site}.example.net`,
      ip: `10.${index % 4}.${Math.floor(index / 40)}.${(index % 40) + 10}`,
      registered_at: iso((30 + index) * 1_440 * MINUTE),
      last_seen_at: unseen ? null : iso(offline ? 47 * MINUTE : Math.floor(random() * 9_000)),
      desired: unseen ? null : { ...assigned, cause: { type: "rollout", rollout_id: null } },
      offered: unseen ? null : assigned,
      accepted: unseen ? null : assigned,
      effective: unseen ? null : assigned,
      failure: null,
      converged: !unseen,
      owner_rollout_id: null,
      // The nodes for trying things out are two slots: the odd half of them has no traffic.
      slot: index % 7 === 0 && !unseen ? (index % 2 === 0 ? "blue" : "green") : null,
      weight: index === 4 || (index % 7 === 0 && index % 2 === 1) ? 0 : index === 8 ? 50 : 100,
      pinned_bundle_id: index === 8 || index === 12 ? v230.id : null,
      environment: refOf(placeOf(index, unseen)),
      pinned_version: index === 8 || index === 12 ? v230.version : null,
      traffic: unseen
        ? null
        : { generation, window_ms: 3_600_000, requests: 40_000 + Math.floor(random() * 90_000), errors: Math.floor(random() * 60), p50_ms: 4 + random() * 3, p95_ms: 18 + random() * 9, p99_ms: 41 + random() * 30 },
    });
    nodeEvents.set(id, [
      { event_type: "bundle_switch", severity: "info", message: `${runs.version} is effective, generation ${generation}`, at: iso(at) },
      { event_type: "config_reload", severity: "info", message: "the proxy reloaded without dropping a connection", at: iso(at + 2_000) },
      { event_type: "startup", severity: "info", message: "agent 0.1.0 beside proxy 0.6.45", at: iso(9 * 1_440 * MINUTE) },
    ]);
  }

  const members: Member[] = [
    { user_id: ME.id, email: ME.email, name: ME.name, role: "admin", inserted_at: iso(40 * 1_440 * MINUTE) },
    { user_id: uuid(), email: "bo@example.com", name: "Bo Lindqvist", role: "operator", inserted_at: iso(31 * 1_440 * MINUTE) },
    { user_id: uuid(), email: "noor@example.com", name: "Noor Haddad", role: "reader", inserted_at: iso(6 * 1_440 * MINUTE) },
  ];
  const apiKey = (name: string, scopes: ApiKey["scopes"], change: Partial<ApiKey> = {}): ApiKey => ({
    id: uuid(),
    org_id: ORG.id,
    name,
    key_prefix: `scp_${hex(4)}`,
    scopes,
    project_id: null,
    project_slug: null,
    created_by_id: ME.id,
    expires_at: iso(-60 * 1_440 * MINUTE),
    revoked_at: null,
    inserted_at: iso(20 * 1_440 * MINUTE),
    ...change,
  });
  const environments: StoredEnvironment[] = [dev, staging, prod];
  const rule = (source: StoredEnvironment, target: StoredEnvironment, change: Partial<PromotionRule>): PromotionRule => ({
    id: uuid(),
    source: refOf(source) as PromotionRule["source"],
    target: refOf(target) as PromotionRule["target"],
    delay_minutes: 60,
    healthy_percent: 100,
    max_risk: null,
    rollout: { strategy: "rolling", batch_percentage: 25 },
    enabled: true,
    created_by: ME.email,
    last: null,
    look_at: null,
    inserted_at: iso(30 * 1_440 * MINUTE),
    ...change,
  });
  const db: Db = {
    environments,
    promotionRules: [
      rule(dev, staging, { look_at: iso(-4 * MINUTE), last: { bundle_id: v240.id, version: v240.version, outcome: "waits", rollout_id: null, reason: "9 of 10 nodes of the source are online and run the bundle; 100 % must", at: iso(MINUTE) } }),
      rule(staging, prod, { delay_minutes: 1_440, max_risk: "medium", last: { bundle_id: v231.id, version: v231.version, outcome: "refused", rollout_id: null, reason: "the bundle has been completed in the target already", at: iso(1_000 * MINUTE) } }),
    ],
    nodes,
    nodeEvents,
    bundles,
    sources,
    rollouts: [],
    audit: [],
    apiKeys: [
      apiKey("ci-deploy", ["bundles:read", "bundles:write", "rollouts:read", "rollouts:write"], { project_id: PROJECT.id, project_slug: "shop" }),
      apiKey("grafana", ["nodes:read"], { expires_at: null }),
      apiKey("old laptop", ["nodes:read", "rollouts:write"], { revoked_at: iso(2 * 1_440 * MINUTE) }),
    ],
    tokens: [
      { id: uuid(), name: "frankfurt rack 4", token_prefix: `enr_${hex(4)}`, uses_left: 12, expires_at: iso(-5 * 1_440 * MINUTE), revoked_at: null, inserted_at: iso(2 * 1_440 * MINUTE) },
      { id: uuid(), name: "golden image", token_prefix: `enr_${hex(4)}`, uses_left: null, expires_at: iso(3 * 1_440 * MINUTE), revoked_at: null, inserted_at: iso(40 * 1_440 * MINUTE) },
    ],
    members,
    freezes: [
      {
        id: uuid(),
        name: "Weekends",
        reason: "nobody is at work",
        from: iso(30 * 1_440 * MINUTE),
        until: iso(-300 * 1_440 * MINUTE),
        recurrence: { weekdays: ["fri"], starts: "16:00", ends: "08:00", days: 3, time_zone: "Europe/Berlin" },
        next: { from: iso(-3 * 1_440 * MINUTE), until: iso(-5.7 * 1_440 * MINUTE) },
        active: false,
        created_by: "ada@example.com",
        inserted_at: iso(30 * 1_440 * MINUTE),
      },
      { id: uuid(), name: "Black Friday", environment: refOf(prod), reason: "no change while everybody buys", from: iso(-2 * 1_440 * MINUTE), until: iso(-5 * 1_440 * MINUTE), next: { from: iso(-2 * 1_440 * MINUTE), until: iso(-5 * 1_440 * MINUTE) }, active: false, created_by: "ada@example.com", inserted_at: iso(9 * 1_440 * MINUTE) },
      { id: uuid(), name: "Data centre move", reason: "fra is on one leg", from: iso(20 * 1_440 * MINUTE), until: iso(18 * 1_440 * MINUTE), next: null, active: false, created_by: "bo@example.com", inserted_at: iso(21 * 1_440 * MINUTE) },
    ],
    groups: groups(nodes),
    templates: templates(),
    configuration: configuration(),
    revisions: revisions(),
    secrets: secrets(prod.id),
    certificates: certificates(),
    rules: [{ risk_at_least: "high", approvals: 2 }],
    expiresHours: 168,
    drift: { remediation: "reassert", delay: 60 },
    checksAllowPrivate: false,
    events: [],
    listeners: new Set(),
    index: 48_200,
  };

  const past = (bundle: Bundle, state: Rollout["state"], msAgo: number, tookMs: number, change: Partial<Rollout> = {}): void => {
    const base = newRollout(bundle, { by: pick(["Ada Keller", "ci-deploy", "Bo Lindqvist"]), steps: 4, nodes: 120, msAgo });
    db.rollouts.push({ rollout: { ...base, state, current_step: state === "completed" ? 4 : 1, completed_at: iso(msAgo - tookMs), ...change }, steps: [], nodes: [] });
  };
  const asks = (name: string): HttpCheck => ({ name, url: `https://shop.example.com/health/${name}`, method: "GET", expected_status: "200-299", headers: { "x-probe": "***" }, timeout_ms: 5_000, interval_seconds: 10, passes: 3, failures: 3 });
  past(v231, "completed", 25 * 60 * MINUTE, 14 * MINUTE, { checks: [asks("checkout"), asks("search")] });
  past(v230, "completed", 3 * 1_439 * MINUTE, 21 * MINUTE);
  past(v229, "rolled_back", 9 * 1_439 * MINUTE, 6 * MINUTE, { checks: [asks("checkout"), asks("payment-fails")], error: { reason: "error rate 12.0 %: fra-edge-02, limit 5 %", exceptions: ["iad-edge-11 is offline"] } });
  const config = { ...USUAL, steps: [5, 25, 50, 100] };
  past(v229, "rolled_back", 10 * 1_439 * MINUTE, 2 * MINUTE, {
    strategy: "canary",
    batch_percentage: null,
    canary_analysis_config: config,
    error: { reason: "the canary is worse: 3.45 % of its answers are errors, 0.41 % of the other nodes' (evidence 402 to 1, 200 are enough)", exceptions: [] },
  });
  past(v228, "cancelled", 12 * 1_439 * MINUTE, 3 * MINUTE, { by: "Bo Lindqvist" });
  for (const stored of db.rollouts) {
    fillPast(db, stored);
    if (!stored.rollout.canary_analysis_config) continue;
    const begun = Date.parse(stored.rollout.started_at);
    for (let index = 1; index <= 16; index += 1) look(stored, index < 10 ? 0 : 0.03, begun + index * 5_000);
  }
  // One that waits for a second approval.
  const asked = newRollout(v240, { by: "bo@example.com", steps: 4, nodes: 120, msAgo: 3 * 60 * MINUTE });
  const approval = { digest: hex(64), needed: 2, given: [{ by: "cleo@example.com", at: iso(50 * MINUTE) }], expires_at: iso(-6 * 1_440 * MINUTE) };
  const risk: Risk = { level: "high", reasons: ["tls_config_changed", "route_removed"], against: [{ bundle_id: v230.id, version: v230.version }] };
  const pending: StoredRollout = { rollout: { ...asked, state: "pending_approval", approval, risk }, steps: [], nodes: [] };
  fillPast(db, pending);
  for (const step of pending.steps) Object.assign(step, { state: "pending", started_at: null, completed_at: null, ran_ms: 0 });
  for (const node of pending.nodes) Object.assign(node, { state: "pending", generation: null });
  db.rollouts.push(pending);

  const say = (msAgo: number, action: string, type: string, id: string, changes: Record<string, string>, actor: AuditEntry["actor"]): void => {
    db.index += 3;
    db.audit.unshift({ seq: db.audit.length + 4_310, at: iso(msAgo), actor, action, resource_type: type, resource_id: id, project_id: PROJECT.id, changes, request_id: uuid(), log_index: db.index });
  };
  const ada: AuditEntry["actor"] = { type: "user", id: ME.id, name: ME.name };
  const ci: AuditEntry["actor"] = { type: "api_key", id: uuid(), name: "ci-deploy" };
  const system: AuditEntry["actor"] = { type: "system", id: "1", name: "member-1" };
  const nodeActor: AuditEntry["actor"] = { type: "node", id: nodes[3]?.id ?? "", name: nodes[3]?.name ?? "" };
  const done = db.rollouts[0]?.rollout.id ?? "";
  say(40 * 1_440 * MINUTE, "project.created", "project", PROJECT.id, { name: "Web shop", slug: "shop" }, ada);
  say(31 * 1_440 * MINUTE, "member.role_set", "member", members[1]?.user_id ?? "", { email: "bo@example.com", role: "operator" }, ada);
  for (const bundle of bundles.toReversed()) say(Date.now() - Date.parse(bundle.inserted_at), "bundle.compiled", "bundle", bundle.id, { version: bundle.version, risk: bundle.risk_level, digest: bundle.digest }, bundle.created_by === "ci-deploy" ? ci : ada);
  say(8 * 1_440 * MINUTE, "bundle.revoked", "bundle", v229.id, { version: "2.2.9" }, ada);
  say(25 * 60 * MINUTE, "rollout.created", "rollout", done, { version: "2.3.1", nodes: "120", steps: "4" }, ci);
  for (let step = 0; step < 4; step += 1) {
    say((25 * 60 - 3 * step) * MINUTE, "rollout.step_started", "rollout", done, { step: String(step + 1), state: "running", detail: "30 nodes" }, system);
    say((25 * 60 - 3 * step - 2) * MINUTE, "rollout.step_completed", "rollout", done, { step: String(step + 1), state: "running", detail: "" }, system);
  }
  say(25 * 59 * MINUTE, "rollout.completed", "rollout", done, { state: "completed" }, system);
  say(5 * 60 * MINUTE, "enrolment_token.created", "enrolment_token", db.tokens[0]?.id ?? "", { name: "frankfurt rack 4", uses: "12" }, ada);
  say(4 * 60 * MINUTE, "node.registered", "node", nodes[3]?.id ?? "", { name: nodes[3]?.name ?? "", token: "frankfurt rack 4" }, nodeActor);
  say(47 * MINUTE, "node.offline", "node", nodes[17]?.id ?? "", { name: nodes[17]?.name ?? "", state: "offline" }, system);
  say(9 * MINUTE, "session.created", "session", uuid(), { email: ME.email }, ada);
  db.audit.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  db.audit.forEach((entry, index) => {
    entry.seq = 4_310 + db.audit.length - index;
  });

  // One node that refused the newest bundle, tried on it directly.
  const sick = nodes[9];
  if (sick?.effective) {
    const generation = sick.effective.generation + 1;
    sick.desired = { ...fact(v240, generation, 12 * MINUTE), cause: { type: "direct", rollout_id: null } };
    sick.offered = fact(v240, generation, 12 * MINUTE - 2_000);
    sick.accepted = fact(v240, generation, 12 * MINUTE - 4_000);
    sick.converged = false;
    sick.failure = {
      bundle_id: v240.id,
      version: v240.version,
      generation,
      stage: "test",
      message: "Error: Failed to validate configuration\n  listener 'https': cannot read certificate '/var/lib/agent/certs/default.crt': No such file or directory (os error 2)",
      at: iso(12 * MINUTE - 6_000),
    };
    nodeEvents.get(sick.id)?.unshift({ event_type: "error", severity: "error", message: "2.4.0 failed in the proxy's test; 2.3.1 stays effective", at: iso(12 * MINUTE - 6_000) });
  }
  return db;
}

export function newRollout(bundle: Bundle, plan: { by: string; steps: number; nodes: number; msAgo: number }): Rollout {
  return {
    id: uuid(),
    project_id: PROJECT.id,
    bundle_id: bundle.id,
    bundle_version: bundle.version,
    target_selector: { type: "all" },
    strategy: "rolling",
    batch_size: null,
    batch_percentage: 25,
    max_unavailable: 1,
    progress_deadline_seconds: 600,
    health_gates: { heartbeat_healthy: true, max_error_rate: 5, max_latency_ms: 250, max_cpu_percent: null, max_memory_percent: null, min_requests: 50, observe_seconds: 30, fail_after_seconds: 15 },
    auto_rollback: true,
    failure_domain: null,
    auto_advance: true,
    rollback_threshold: null,
    on_conflict: "refuse",
    waits_for: null,
    superseded_by: null,
    state: "running",
    by: null,
    steps: plan.steps,
    nodes: plan.nodes,
    current_step: 0,
    hold: null,
    error: null,
    created_by: plan.by,
    revision: 1,
    started_at: iso(plan.msAgo),
    completed_at: null,
    approval: null,
    risk: null,
    scheduled_at: null,
    break_glass: null,
    inserted_at: iso(plan.msAgo),
    updated_at: iso(plan.msAgo),
  };
}

/** Steps and nodes of a rollout that is over. */
function fillPast(db: Db, stored: StoredRollout): void {
  const { rollout } = stored;
  const taken = db.nodes.slice(0, rollout.nodes);
  const size = Math.ceil(taken.length / rollout.steps);
  for (let index = 0; index < rollout.steps; index += 1) {
    const nodes = taken.slice(index * size, (index + 1) * size);
    const reached = rollout.state === "completed" || index < rollout.current_step;
    stored.steps.push({
      step_index: index,
      node_ids: nodes.map((node) => node.id),
      state: reached ? "completed" : index === rollout.current_step ? "failed" : "pending",
      ran_ms: 180_000,
      running_since: null,
      started_at: rollout.started_at,
      completed_at: rollout.completed_at,
      error: null,
    });
    for (const node of nodes) {
      const generation = node.effective?.generation ?? null;
      stored.nodes.push({
        node_id: node.id,
        name: node.name,
        step: index,
        state: reached ? "completed" : "pending",
        previous_bundle_id: db.bundles[2]?.id ?? null,
        previous_version: db.bundles[2]?.version ?? null,
        generation: reached ? generation : null,
        effective_generation: generation,
        effective_bundle_id: node.effective?.bundle_id ?? null,
        status: node.status,
        healthy: node.healthy,
        converged: node.converged,
        failure: null,
        traffic: node.traffic,
      });
    }
  }
}
