import { Button, SegmentedControl } from "@mantine/core";
import { useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { calendarQuery } from "../../api/calendar";
import type { CalendarEntry } from "../../api/types";
import { now } from "../../lib/clock";
import { exact } from "../../lib/time";
import { CommandLine, ErrorPanel, Note } from "../../ui/feedback";
import { Icon } from "../../ui/icons";
import { PageHeader, ScrollPage } from "../../ui/page";
import classes from "./calendar-page.module.css";
import { day, dayKey, dayOf, month, monthOn, moved, on, week } from "./days";
import { EntryLink } from "./entry-link";

const route = getRouteApi("/app/p/$project/calendar");
/** Entries of a day that a month shows; the rest is in the week. */
const SHOWN = 3;
const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const long = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const short = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const dated = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export function CalendarPage() {
  const { project } = route.useParams();
  const { view = "month", day: named } = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = useMediaQuery("(max-width: 760px)", false, { getInitialValueInEffect: false });
  const today = day(new Date(now()));
  const chosen = dayOf(named) ?? today;
  const weeks = view === "week" ? [week(chosen)] : month(chosen);
  const days = weeks.flat();
  const [first, last] = [days[0] ?? chosen, days.at(-1) ?? chosen];
  const query = useQuery(calendarQuery(project, first.toISOString(), day(last, 1).toISOString()));
  const entries = query.data?.entries ?? [];

  const go = (to: { view?: "month" | "week"; day?: Date }): void => {
    const next = { view: to.view ?? view, day: to.day ?? chosen };
    const key = dayKey(next.day);
    void navigate({ search: { view: next.view === "month" ? undefined : next.view, day: key === dayKey(today) ? undefined : key }, replace: true });
  };
  const turn = (by: number): void => go({ day: view === "week" ? day(chosen, 7 * by) : monthOn(chosen, by) });
  useHotkeys([["t", () => go({ day: today })]]);

  const title = view === "week" ? `${dated.format(first)} – ${dated.format(last)} ${last.getFullYear()}` : new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" }).format(chosen);
  return (
    <ScrollPage>
      <PageHeader title="Calendar" note={`What is to come, what was, and when nothing moves. Times are those of this browser: ${zone}.`}>
        <div className={classes.controls}>
          <Button variant="default" onClick={() => turn(-1)} aria-label={view === "week" ? "Week before" : "Month before"}>
            <Icon name="right" size={14} className={classes.before} />
          </Button>
          <Button variant="default" onClick={() => go({ day: today })}>
            Today
          </Button>
          <Button variant="default" onClick={() => turn(1)} aria-label={view === "week" ? "Next week" : "Next month"}>
            <Icon name="right" size={14} />
          </Button>
          <SegmentedControl
            aria-label="View"
            value={view}
            onChange={(value) => go({ view: value === "week" ? "week" : "month" })}
            data={[
              { value: "month", label: "Month" },
              { value: "week", label: "Week" },
            ]}
          />
        </div>
      </PageHeader>
      <h2 className={classes.title} aria-live="polite">
        {title}
      </h2>
      {query.data !== undefined && entries.length === 0 && (
        <div className={classes.nothing}>
          <p className="dim">Nothing in this {view}. Rollouts that have a time, those that ran, freezes and promotions stand here.</p>
          <CommandLine command={`sentinel-cp rollout create --bundle 1.0.0 --at 6h --project ${project}`} />
        </div>
      )}
      {query.data?.truncated && (
        <Note kind="degraded" title="Something is left out">
          There is too much to show at once: it is complete from {exact(query.data.complete_from)} until {exact(query.data.complete_to)} only.
        </Note>
      )}
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The calendar" onRetry={() => void query.refetch()} />
      ) : narrow && entries.length > 0 ? (
        <Agenda entries={entries} days={days} today={today} />
      ) : (
        !narrow && <Grid entries={entries} weeks={weeks} today={today} chosen={chosen} view={view} onGo={go} />
      )}
    </ScrollPage>
  );
}

interface GridProps {
  entries: CalendarEntry[];
  weeks: Date[][];
  today: Date;
  chosen: Date;
  view: "month" | "week";
  onGo: (to: { view?: "month" | "week"; day?: Date }) => void;
}

/** The days, of which one can be reached by keyboard: arrows lead to the others. */
function Grid({ entries, weeks, today, chosen, view, onGo }: GridProps) {
  const number = useRef<HTMLButtonElement>(null);
  // Only who has come by keyboard is taken along.
  const follow = useRef(false);
  const key = dayKey(chosen);
  useEffect(() => {
    if (follow.current) number.current?.focus();
    follow.current = false;
  });
  const pressed = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moved(chosen, event.key);
    if (next === null) return;
    event.preventDefault();
    follow.current = true;
    onGo({ day: next });
  };
  return (
    <table aria-label="Days" className={classes.grid} data-view={view}>
      <thead>
        <tr>
          {(weeks[0] ?? []).map((at) => (
            <th key={at.getDay()} scope="col">
              {short.format(at)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((days) => (
          <tr key={dayKey(days[0] ?? chosen)}>
            {days.map((at) => {
              const here = on(entries, at, now());
              const is = dayKey(at);
              const shown = view === "week" ? here : here.slice(0, here.length > SHOWN + 1 ? SHOWN : here.length);
              return (
                <td key={is} data-today={is === dayKey(today) || undefined} data-chosen={is === key || undefined} data-outside={(view === "month" && at.getMonth() !== chosen.getMonth()) || undefined}>
                  <div className={classes.number}>
                    <button
                      type="button"
                      ref={is === key ? number : undefined}
                      tabIndex={is === key ? 0 : -1}
                      aria-current={is === dayKey(today) ? "date" : undefined}
                      aria-label={`${long.format(at)}: ${here.length === 0 ? "nothing" : here.length}`}
                      onKeyDown={pressed}
                      onClick={() => {
                        follow.current = true;
                        onGo({ view: "week", day: at });
                      }}
                    >
                      {at.getDate()}
                    </button>
                    {is === dayKey(today) && <span className={classes.today}>today</span>}
                  </div>
                  <ul className={classes.entries}>
                    {shown.map((entry) => (
                      <li key={`${entry.kind} ${entry.id} ${entry.from}`}>
                        <EntryLink entry={entry} day={at} roomy={view === "week"} />
                      </li>
                    ))}
                  </ul>
                  {shown.length < here.length && (
                    <button type="button" className={classes.more} onClick={() => onGo({ view: "week", day: at })}>
                      {here.length - shown.length} more
                    </button>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same as a list, where there is no room for a grid. */
function Agenda({ entries, days, today }: { entries: CalendarEntry[]; days: Date[]; today: Date }) {
  const full = days.map((at) => ({ at, here: on(entries, at, now()) })).filter(({ here }) => here.length > 0);
  return (
    <ul className={classes.agenda} aria-label="Days">
      {full.map(({ at, here }) => (
        <li key={dayKey(at)}>
          <h3 className={classes.date}>
            {long.format(at)}
            {dayKey(at) === dayKey(today) && <span className={classes.today}>today</span>}
          </h3>
          <ul className={classes.entries}>
            {here.map((entry) => (
              <li key={`${entry.kind} ${entry.id} ${entry.from}`}>
                <EntryLink entry={entry} day={at} roomy />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
