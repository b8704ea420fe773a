import { Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { CalendarEntry } from "../../api/types";
import { useProject } from "../../app/workspace";
import { rolloutState, type StateKind } from "../../lib/states";
import { exact } from "../../lib/time";
import { Icon, type IconName } from "../../ui/icons";
import classes from "./calendar-page.module.css";
import { day } from "./days";

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

const moment = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

const ICONS: Record<CalendarEntry["kind"], IconName> = { freeze: "pause", scheduled: "calendar", rollout: "rollout", promotion: "environments" };
const NAMES: Record<CalendarEntry["kind"], string> = { freeze: "Freeze", scheduled: "To come", rollout: "Rollout", promotion: "Promotion" };

/** An entry on one of its days; it leads to what it is about. */
export function EntryLink({ entry, day: at, roomy }: { entry: CalendarEntry; day: Date; roomy: boolean }) {
  const project = useProject();
  const { conflict, environment } = entry;
  const body = (
    <>
      <Icon name={conflict ? "warning" : ICONS[entry.kind]} size={13} />
      <span className={classes.text}>
        <span className={classes.time}>{when(entry, at)}</span> {entry.title}
        {environment && !entry.title.includes(environment.name) && <span className="dim"> · {environment.name}</span>}
        {roomy && <Details entry={entry} />}
      </span>
    </>
  );
  const props = { className: classes.entry, "data-kind": kind(entry), "aria-label": label(entry) };
  const link =
    entry.kind === "freeze" ? (
      <Link to="/p/$project/freezes" params={{ project }} {...props}>
        {body}
      </Link>
    ) : entry.kind === "promotion" ? (
      <Link to="/p/$project/environments" params={{ project }} {...props}>
        {body}
      </Link>
    ) : (
      <Link to="/p/$project/rollouts/$rolloutId" params={{ project, rolloutId: entry.id }} search={{}} {...props}>
        {body}
      </Link>
    );
  return roomy ? link : <Tooltip label={label(entry)}>{link}</Tooltip>;
}

function Details({ entry }: { entry: CalendarEntry }) {
  return (
    <>
      <span className={classes.line}>
        {NAMES[entry.kind]}
        {entry.state && `, ${rolloutState(entry.state).label.toLowerCase()}`}
        {entry.to && ` until ${moment.format(Date.parse(entry.to))}`}
      </span>
      {entry.why && <span className={classes.line}>{entry.why}</span>}
      {entry.conflict && <span className={classes.conflict}>Frozen until {moment.format(Date.parse(entry.conflict.until))}</span>}
    </>
  );
}

/** From when on this day: what began before it is there all along. */
function when({ from, to }: CalendarEntry, at: Date): string {
  const begins = Date.parse(from);
  if (begins >= day(at).getTime()) return time.format(begins);
  return to && Date.parse(to) < day(at, 1).getTime() ? `until ${time.format(Date.parse(to))}` : "all day";
}

function label(entry: CalendarEntry): string {
  const parts = [
    `${NAMES[entry.kind]}: ${entry.title}`,
    entry.environment?.name,
    entry.state && rolloutState(entry.state).label,
    `${exact(entry.from)}${entry.to ? ` to ${exact(entry.to)}` : ""}`,
    entry.conflict && `frozen until ${exact(entry.conflict.until)}`,
    entry.why,
  ];
  return parts.filter(Boolean).join(", ");
}

function kind(entry: CalendarEntry): StateKind | "freeze" {
  if (entry.conflict) return "degraded";
  if (entry.kind === "freeze") return "freeze";
  return entry.kind === "rollout" && entry.state ? rolloutState(entry.state).kind : "unknown";
}
