import type { AuditEntry } from "../api/types";
import { actionWords } from "../lib/words";
import { Ago } from "./ago";
import classes from "./audit-line.module.css";
import { Icon, type IconName } from "./icons";

const ICONS: Record<string, IconName> = {
  api_key: "key",
  bundle: "bundle",
  cluster: "cluster",
  enrolment_token: "ticket",
  member: "people",
  node: "node",
  org: "org",
  project: "org",
  rollout: "rollout",
  session: "user",
  user: "user",
};

/** The changed values that say most, in one line. */
export function changeWords(entry: AuditEntry): string {
  const { changes } = entry;
  const told = ["version", "name", "detail", "email", "role", "reason", "slug"].flatMap((field) => (changes[field] ? [changes[field]] : []));
  return [...[...new Set(told)].slice(0, 2), ...moves(changes)].join(" · ");
}

const MOVED: Record<string, string> = { pinned_version: "pinned to" };

/** Fields that are there as they were before as well: from what to what. */
function moves(changes: Record<string, string>): string[] {
  return Object.entries(changes).flatMap(([field, before]) => {
    const name = field.replace(/_before$/, "");
    const after = changes[name];
    return name === field || after === undefined || after === before ? [] : [`${MOVED[name] ?? name} ${before || "none"} → ${after || "none"}`];
  });
}

/** Who changed what, newest first. */
export function AuditLines({ entries, object }: { entries: readonly AuditEntry[]; object?: (entry: AuditEntry) => React.ReactNode }) {
  return (
    <ul className={classes.lines}>
      {entries.map((entry) => (
        <li key={entry.seq} className={classes.line}>
          <span className={classes.icon}>
            <Icon name={ICONS[entry.resource_type] ?? "audit"} size={14} />
          </span>
          <div className={classes.words}>
            <div className="truncate">
              {object?.(entry) ?? actionWords(entry.action)} <span className="dim">{changeWords(entry)}</span>
            </div>
            <div className="dim truncate">{entry.actor.name || "nobody known"}</div>
          </div>
          <span className={`dim ${classes.age}`}>
            <Ago at={entry.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
