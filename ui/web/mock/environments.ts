// Environments of the mocked API: which there are, what runs in each, and what was completed there.
import type { Environment, EnvironmentCreate, EnvironmentRef, EnvironmentUpdate, PromotionRule, PromotionRuleCreate, PromotionRuleUpdate } from "../src/api/types.ts";
import { type Answer, ME_ACTOR, missing, ok, refuse } from "./answer.ts";
import { type Db, iso, ME, newestOf, type StoredEnvironment } from "./db.ts";
import { record } from "./engine.ts";
import { uuid } from "./random.ts";

/** By id or slug. */
export const environmentOf = (db: Db, named: string | null | undefined): StoredEnvironment | undefined => db.environments.find(({ id, slug }) => id === named || slug === named);

export const refOf = ({ id, slug, name, color }: StoredEnvironment): EnvironmentRef => ({ id, slug, name, color });

function shape(db: Db, stored: StoredEnvironment): Environment {
  const nodes = db.nodes.filter((node) => node.environment?.id === stored.id);
  const runs = new Map<string, number>();
  for (const node of nodes) if (node.effective) runs.set(node.effective.bundle_id, (runs.get(node.effective.bundle_id) ?? 0) + 1);
  const version = (id: string): string | null => db.bundles.find((bundle) => bundle.id === id)?.version ?? null;
  const held = db.freezes.find(({ next, environment }) => environment?.id === stored.id && next && Date.parse(next.from) <= Date.now() && Date.now() < Date.parse(next.until));
  const { completed, ...rest } = stored;
  return {
    ...rest,
    place: db.environments.indexOf(stored) + 1,
    nodes: nodes.length,
    online: nodes.filter((node) => node.status === "online").length,
    bundles: [...runs].map(([bundle_id, count]) => ({ bundle_id, version: version(bundle_id), nodes: count })).toSorted((a, b) => b.nodes - a.nodes),
    completed: completed.map((one) => ({ ...one, version: version(one.bundle_id) })),
    frozen: held ? `frozen until ${held.next?.until} by window '${held.name}' for the environment '${stored.name}': ${held.reason}` : null,
  };
}

export function list(db: Db): Answer {
  return ok({ environments: db.environments.map((stored) => shape(db, stored)), total: db.environments.length });
}

export function show(db: Db, named: string | undefined): Answer {
  const stored = environmentOf(db, named);
  return stored === undefined ? missing("Environment") : ok({ environment: shape(db, stored) });
}

export function create(db: Db, { name, slug, description, color, approval_rules }: EnvironmentCreate): Answer {
  const made: StoredEnvironment = {
    id: uuid(),
    slug: slug ?? name.toLowerCase().replace(/[^a-z0-9]+/g, "-"),
    name,
    description: description ?? "",
    color: color ?? "#6366f1",
    approval_rules: approval_rules ?? [],
    completed: [],
    created_by: ME.email,
    inserted_at: iso(),
  };
  if (environmentOf(db, made.slug) !== undefined) return refuse(422, "invalid", { slug: [`the project has an environment '${made.slug}' already`] });
  db.environments.push(made);
  record(db, "environment.created", "environment", made.id, { name, slug: made.slug }, ME_ACTOR);
  return ok({ environment: shape(db, made) }, 201);
}

export function update(db: Db, named: string | undefined, { place, ...change }: EnvironmentUpdate): Answer {
  const stored = environmentOf(db, named);
  if (stored === undefined) return missing("Environment");
  Object.assign(stored, change);
  if (place) {
    db.environments = db.environments.filter((other) => other !== stored);
    db.environments.splice(place - 1, 0, stored);
  }
  for (const node of db.nodes) if (node.environment?.id === stored.id) node.environment = refOf(stored);
  record(db, "environment.updated", "environment", stored.id, { name: stored.name }, ME_ACTOR);
  return ok({ environment: shape(db, stored) });
}

export function remove(db: Db, named: string | undefined): Answer {
  const stored = environmentOf(db, named);
  if (stored === undefined) return missing("Environment");
  const nodes = db.nodes.filter((node) => node.environment?.id === stored.id).length;
  if (nodes > 0) return refuse(409, "conflict", `the environment '${stored.name}' is in use: ${nodes} nodes are in it; move them first`);
  db.environments = db.environments.filter((other) => other !== stored);
  record(db, "environment.deleted", "environment", stored.id, { name: stored.name }, ME_ACTOR);
  return { status: 204 };
}

export function rules(db: Db): Answer {
  return ok({ promotion_rules: db.promotionRules, total: db.promotionRules.length });
}

export function createRule(db: Db, body: PromotionRuleCreate): Answer {
  const [source, target] = [environmentOf(db, body.source), environmentOf(db, body.target)];
  if (source === undefined || target === undefined) return missing("Environment");
  const rule: PromotionRule = {
    id: uuid(),
    source: refOf(source),
    target: refOf(target),
    delay_minutes: body.delay_minutes ?? 0,
    healthy_percent: body.healthy_percent ?? null,
    max_risk: body.max_risk ?? null,
    rollout: body.rollout ?? { strategy: "rolling" },
    enabled: true,
    created_by: ME.email,
    last: null,
    look_at: newestOf(source) ? iso(-(body.delay_minutes ?? 0) * 60_000) : null,
    inserted_at: iso(),
  };
  db.promotionRules.push(rule);
  record(db, "promotion_rule.created", "promotion_rule", rule.id, { source: source.slug, target: target.slug }, ME_ACTOR);
  return ok({ promotion_rule: rule }, 201);
}

export function changeRule(db: Db, id: string | undefined, change: PromotionRuleUpdate): Answer {
  const rule = db.promotionRules.find((candidate) => candidate.id === id);
  if (rule === undefined) return missing("Promotion rule");
  Object.assign(rule, change);
  if (!rule.enabled) rule.look_at = null;
  record(db, "promotion_rule.updated", "promotion_rule", rule.id, {}, ME_ACTOR);
  return ok({ promotion_rule: rule });
}

export function removeRule(db: Db, id: string | undefined): Answer {
  db.promotionRules = db.promotionRules.filter((rule) => rule.id !== id);
  record(db, "promotion_rule.deleted", "promotion_rule", id ?? "", {}, ME_ACTOR);
  return { status: 204 };
}

/** The first environment before one of these in which a bundle was not completed, in words. */
export function outOfOrder(db: Db, bundle: string, touched: ReadonlySet<string>): string | null {
  const last = db.environments.findLastIndex(({ id }) => touched.has(id));
  const skipped = db.environments.slice(0, Math.max(0, last)).find((stored) => db.nodes.some((node) => node.environment?.id === stored.id) && !stored.completed.some((one) => one.bundle_id === bundle));
  return skipped === undefined ? null : `the bundle has not been completed in the environment '${skipped.name}', which comes before '${db.environments[last]?.name}'`;
}
