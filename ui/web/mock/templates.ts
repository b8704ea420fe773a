// Templates of rollouts, as the server has them.
import type { RolloutCreate, RolloutSettings, RolloutTemplate, RolloutTemplateCreate, RolloutTemplateUpdate, RuleRollout, TargetSelector } from "../src/api/types.ts";
import { type Answer, missing, ok, refuse } from "./answer.ts";
import { USUAL } from "./canary.ts";
import { type Db, iso, ME } from "./db.ts";
import { environmentOf, refOf } from "./environments.ts";
import { uuid } from "./random.ts";

const DAY = 1_440 * 60_000;

const GATES = { heartbeat_healthy: true, max_error_rate: null, max_latency_ms: null, max_cpu_percent: null, max_memory_percent: null, min_requests: 1, observe_seconds: 0, fail_after_seconds: 15 };

const USUALLY: RuleRollout = { strategy: "rolling", batch_size: null, batch_percentage: null, canary_analysis_config: null, blue_green_config: null, max_unavailable: 0, progress_deadline_seconds: 600, health_gates: GATES, auto_rollback: true, auto_advance: true, failure_domain: null, rollback_threshold: null, checks: [], on_conflict: "refuse" };

export function templates(): RolloutTemplate[] {
  const made = (name: string, description: string, rollout: Partial<RuleRollout>, change: Partial<RolloutTemplate> = {}): RolloutTemplate => ({
    id: uuid(),
    name,
    description,
    is_default: false,
    target_selector: { type: "all" },
    environment: null,
    rollout: { ...USUALLY, ...rollout },
    created_by: "ada@example.com",
    inserted_at: iso(20 * DAY),
    updated_at: iso(3 * DAY),
    ...change,
  });
  return [
    made("careful", "A tenth at a time, over all sites, and back at the first sign of trouble", { batch_percentage: 10, failure_domain: "site", max_unavailable: 1, rollback_threshold: 5, health_gates: { ...GATES, max_error_rate: 1, max_latency_ms: 250, min_requests: 100, observe_seconds: 60 } }, { is_default: true }),
    made("canary", "Compared with the others in four steps, for what changes routes", { strategy: "canary", canary_analysis_config: { ...USUAL, bake_seconds: 300 }, on_conflict: "queue" }),
    made("frankfurt first", "One site, one by one", { batch_size: 1 }, { target_selector: { type: "labels", labels: { site: "fra" } }, created_by: "bo@example.com" }),
  ];
}

const find = (db: Db, named: string | null | undefined) => db.templates.find(({ id, name }) => id === named || name === named);

/** What a request asks for, with what its template says of the rest. */
export function resolved(db: Db, body: RolloutCreate): RolloutCreate & { target_selector: TargetSelector } {
  const template = find(db, body.template);
  const place = body.target_selector ? {} : { target_selector: template?.target_selector ?? { type: "all" as const }, environment: body.environment ?? template?.environment?.slug ?? null };
  const sized = Boolean(body.batch_size || body.batch_percentage);
  const { batch_size, batch_percentage, ...rest } = template?.rollout ?? {};
  return { target_selector: { type: "all" }, ...rest, ...(sized || body.strategy ? {} : { batch_size, batch_percentage }), ...body, ...place } as RolloutCreate & { target_selector: TargetSelector };
}

/** What a plan says of where its settings come from. */
export function origin(db: Db, body: RolloutCreate) {
  const named = (template: RolloutTemplate | undefined) => (template === undefined ? null : { id: template.id, name: template.name });
  const asked = resolved(db, body);
  const { template, default_template } = { template: named(find(db, body.template)), default_template: body.template ? null : named(db.templates.find(({ is_default }) => is_default)) };
  const environment = environmentOf(db, asked.environment);
  const settings: RolloutSettings = { target_selector: asked.target_selector, environment: environment === undefined ? null : refOf(environment), rollout: { ...USUALLY, ...(template ? find(db, body.template)?.rollout : {}) } };
  return { template, default_template, settings };
}

export function list(db: Db): Answer {
  const all = db.templates.toSorted((a, b) => Number(b.is_default) - Number(a.is_default) || (a.name < b.name ? -1 : 1));
  return ok({ rollout_templates: all, total: all.length });
}

export function show(db: Db, id: string | undefined): Answer {
  const template = find(db, id);
  return template === undefined ? missing("Template") : ok({ rollout_template: template });
}

export function create(db: Db, body: RolloutTemplateCreate): Answer {
  if (find(db, body.name) !== undefined) return refuse(422, "invalid", { name: ["is taken by another template of this project"] });
  const environment = environmentOf(db, body.environment);
  const template: RolloutTemplate = { id: uuid(), name: body.name, description: body.description ?? "", is_default: body.is_default ?? false, target_selector: body.target_selector, environment: environment === undefined ? null : refOf(environment), rollout: { ...USUALLY, ...body.rollout }, created_by: ME.email, inserted_at: iso(), updated_at: iso() };
  db.templates.push(template);
  onlyDefault(db, template);
  return ok({ rollout_template: template }, 201);
}

export function update(db: Db, id: string | undefined, body: RolloutTemplateUpdate): Answer {
  const template = find(db, id);
  if (template === undefined) return missing("Template");
  const { environment, name, description, is_default, target_selector, rollout } = body;
  const of = environmentOf(db, environment);
  if (name) template.name = name;
  if (description !== undefined && description !== null) template.description = description;
  if (is_default !== undefined && is_default !== null) template.is_default = is_default;
  if (target_selector) Object.assign(template, { target_selector, environment: null });
  if (of !== undefined) template.environment = refOf(of);
  if (rollout) template.rollout = { ...USUALLY, ...rollout };
  template.updated_at = iso();
  onlyDefault(db, template);
  return ok({ rollout_template: template });
}

function onlyDefault(db: Db, template: RolloutTemplate): void {
  if (!template.is_default) return;
  for (const other of db.templates) if (other !== template) other.is_default = false;
}
