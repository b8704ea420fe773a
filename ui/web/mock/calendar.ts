// The calendar, as the server makes it.
import type { CalendarEntry } from "../src/api/types.ts";
import { type Answer, ok, refuse } from "./answer.ts";
import { type Db, iso } from "./db.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Each time that a window holds; those that come again do so on Fridays here. */
function spans({ from, until, recurrence }: Db["freezes"][number]): [number, number][] {
  const [first, last] = [Date.parse(from), Date.parse(until)];
  if (!recurrence) return [[first, last]];
  const found: [number, number][] = [];
  for (let at = first - (first % DAY); at < last; at += DAY) {
    if (new Date(at).getUTCDay() === 5) found.push([at + 15 * HOUR, at + 3 * DAY + 7 * HOUR]);
  }
  return found;
}

export function calendar(db: Db, query: URLSearchParams): Answer {
  const from = Date.parse(query.get("from") ?? iso());
  const to = Date.parse(query.get("to") ?? iso(-31 * DAY));
  if (to <= from || to - from > 92 * DAY) return refuse(422, "invalid", { to: ["must lie within 92 days of `from`"] });
  const plain = { environment: null, state: null, why: null, conflict: null };
  const freezes: CalendarEntry[] = db.freezes.flatMap((window) =>
    spans(window).map(([begins, ends]) => ({ ...plain, kind: "freeze" as const, from: new Date(begins).toISOString(), to: new Date(ends).toISOString(), title: window.name, id: window.id, environment: window.environment ?? null, why: window.reason })),
  );
  const rollouts: CalendarEntry[] = db.rollouts.map(({ rollout }) => {
    const waits = rollout.state === "scheduled" || rollout.state === "pending_approval" || rollout.state === "pending";
    const at = waits ? (rollout.scheduled_at ?? rollout.inserted_at) : rollout.started_at;
    const held = waits ? freezes.find((freeze) => !freeze.environment && Date.parse(freeze.from) <= Date.parse(at) && Date.parse(at) < Date.parse(freeze.to ?? "")) : undefined;
    return {
      ...plain,
      kind: waits ? ("scheduled" as const) : ("rollout" as const),
      from: at,
      to: rollout.completed_at ?? null,
      title: `${rollout.bundle_version} to ${rollout.nodes} nodes`,
      id: rollout.id,
      environment: rollout.environment ?? null,
      state: rollout.state,
      why: rollout.error?.reason ?? rollout.hold?.reason ?? null,
      conflict: held ? { until: held.to ?? "", reason: `frozen until ${held.to} by window '${held.title}'` } : null,
    };
  });
  const promotions: CalendarEntry[] = db.promotionRules.flatMap((rule) => (rule.look_at ? [{ ...plain, kind: "promotion" as const, from: rule.look_at, to: null, title: `${db.bundles[0]?.version ?? ""} from ${rule.source.name} to ${rule.target.name}`, id: rule.id, environment: rule.target }] : []));
  const entries = [...freezes, ...rollouts, ...promotions].filter((entry) => Date.parse(entry.from) < to && (entry.to ? Date.parse(entry.to) : entry.kind === "rollout" ? Date.now() : Date.parse(entry.from) + 1) > from);
  entries.sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  const [first, last] = [new Date(from).toISOString(), new Date(to).toISOString()];
  return ok({ from: first, to: last, entries, total: entries.length, truncated: false, complete_from: first, complete_to: last });
}
