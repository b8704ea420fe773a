import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { driftQuery, driftStatsQuery } from "../../api/drift";
import type { DriftEvent, DriftStats } from "../../api/types";
import { BundleLink } from "../../app/links";
import { useRefusal } from "../../app/workspace";
import { driftSeverity, driftState } from "../../lib/drift";
import { number } from "../../lib/format";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { ChoiceFilter } from "../../ui/filters";
import { ListPage, PageHeader } from "../../ui/page";
import { State } from "../../ui/state";
import { ResolveDialog } from "./resolve-dialog";

const route = getRouteApi("/app/p/$project/drift");

export function DriftListPage() {
  const { project } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const refusal = useRefusal("operator");
  const [resolving, setResolving] = useState(false);
  const status = search.status ?? "active";
  const query = useInfiniteQuery(driftQuery(project, { status: status === "all" ? undefined : status, severity: search.severity }));
  const stats = useQuery(driftStatsQuery(project)).data;
  const set = (change: Partial<typeof search>): void => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  // Only what is listed was looked at: what lasts is listed first, and is at hand whatever the filter shows.
  const active = useInfiniteQuery(driftQuery(project, { status: "active" })).data ?? [];
  const seenUntil = active.reduce<string>((newest, event) => (Date.parse(event.updated_at) > (Date.parse(newest) || 0) ? event.updated_at : newest), "");
  const none = stats?.active_events === 0 || seenUntil === "" ? "Nothing drifts now" : null;
  return (
    <ListPage>
      <PageHeader title="Drift" note={stats === undefined ? "Nodes that run something else than what they were assigned." : <Numbers stats={stats} />}>
        <ActionButton label="Resolve all" icon="check" refusal={refusal ?? none} onClick={() => setResolving(true)} />
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Drift"
          noun="event"
          columns={columnsFor(project)}
          rows={query.isPending ? undefined : query.data}
          rowId={(event) => event.id}
          onOpen={(event) => void navigate({ to: "/p/$project/drift/$eventId", params: { project, eventId: event.id } })}
          hasMore={query.hasNextPage}
          loadingMore={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
          toolbar={
            <>
              <ChoiceFilter
                value={status === "active" ? undefined : status}
                onChange={(chosen) => set({ status: chosen })}
                any="Lasts"
                options={[
                  { value: "alarm", label: "Needs somebody" },
                  { value: "resolved", label: "Resolved" },
                  { value: "all", label: "All" },
                ]}
              />
              <ChoiceFilter
                value={search.severity}
                onChange={(severity) => set({ severity })}
                any="Any severity"
                options={[
                  { value: "critical", label: "Critical" },
                  { value: "high", label: "High" },
                  { value: "medium", label: "Medium" },
                  { value: "low", label: "Low" },
                ]}
              />
            </>
          }
          empty={
            <Empty icon="check" title={status === "resolved" || status === "all" || search.severity !== undefined ? "No event matches" : "No drift yet"} command={`sentinel-cp drift list --project ${project}`}>
              Agents look every half a minute whether the files and the process are those that were assigned. What differs is shown here.
            </Empty>
          }
        />
      )}
      {resolving && <ResolveDialog project={project} event={null} all={stats?.active_events} seenUntil={seenUntil} onClose={() => setResolving(false)} />}
    </ListPage>
  );
}

/** Every node that shall run something is in one of these. */
function Numbers({ stats }: { stats: DriftStats }) {
  const parts = [
    `${number(stats.in_sync)} in sync`,
    `${number(stats.drifted)} drifted`,
    `${number(stats.not_measured)} not measured`,
    `${number(stats.offline)} offline`,
  ];
  return (
    <>
      Of {number(stats.total_managed)} nodes with an assignment: {parts.join(", ")}.{stats.alarms > 0 && ` ${number(stats.alarms)} ${stats.alarms === 1 ? "needs" : "need"} somebody.`}
    </>
  );
}

function columnsFor(project: string): Column<DriftEvent>[] {
  return [
    {
      id: "node",
      header: "Node",
      width: 190,
      cell: (event) => (
        <Link to="/p/$project/drift/$eventId" params={{ project, eventId: event.id }} className="link">
          {event.node_name}
        </Link>
      ),
      text: (event) => event.node_name,
    },
    { id: "severity", header: "Severity", width: 110, cell: (event) => <State shown={driftSeverity(event.severity)} />, text: (event) => event.severity },
    { id: "state", header: "State", width: 190, cell: (event) => <State shown={driftState(event)} />, text: (event) => driftState(event).label },
    { id: "since", header: "Since", width: 100, cell: (event) => <Ago at={event.detected_at} />, text: (event) => event.detected_at },
    { id: "what", header: "What differs", cell: (event) => event.summary, text: (event) => event.summary },
    { id: "bundle", header: "Bundle", width: 120, cell: (event) => <BundleLink id={event.expected_bundle_id} version={event.expected_version ?? "removed"} />, text: (event) => event.expected_version ?? "" },
    { id: "tries", header: "Tries", width: 70, align: "right", cell: (event) => event.tries, text: (event) => String(event.tries) },
    { id: "ended", header: "Ended", width: 100, cell: (event) => (event.resolved_at ? <Ago at={event.resolved_at} /> : ""), text: (event) => event.resolved_at ?? "", hidden: true },
    { id: "reason", header: "Reason", width: 200, cell: (event) => event.reason ?? "", text: (event) => event.reason ?? "", hidden: true },
  ];
}
