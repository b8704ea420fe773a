import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { rolloutsQuery } from "../../api/rollouts";
import type { Rollout, RolloutState } from "../../api/types";
import { RolloutLink } from "../../app/links";
import { shortId } from "../../lib/format";
import { rolloutOutcome, rolloutState } from "../../lib/states";
import { targetWords } from "../../lib/target";
import { duration } from "../../lib/time";
import { Ago } from "../../ui/ago";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { ChoiceFilter } from "../../ui/filters";
import { Flash } from "../../ui/flash";
import { Icon } from "../../ui/icons";
import { ListPage, PageHeader } from "../../ui/page";
import { State } from "../../ui/state";
import { StepSegments } from "../overview/rollout-card";

const route = getRouteApi("/app/p/$project/rollouts");

const STATES: RolloutState[] = ["pending_approval", "scheduled", "pending", "running", "paused", "rolling_back", "completed", "failed", "cancelled", "rolled_back"];

const COLUMNS: Column<Rollout>[] = [
  {
    id: "bundle",
    header: "Bundle",
    cell: (rollout) => <RolloutLink id={rollout.id}>{rollout.bundle_version}</RolloutLink>,
    text: (rollout) => rollout.bundle_version,
  },
  {
    id: "state",
    header: "State",
    width: 140,
    cell: (rollout) => (
      <Flash value={rollout.state}>
        <State shown={rolloutOutcome(rollout)} />
      </Flash>
    ),
    text: (rollout) => rollout.state,
  },
  {
    id: "steps",
    header: "Steps",
    width: 190,
    cell: (rollout) => (
      <span style={{ display: "flex", alignItems: "center", gap: 10 }}>
        <StepSegments rollout={rollout} />
        <Flash value={rollout.current_step}>
          {rollout.state === "completed" ? rollout.steps : Math.min(rollout.current_step + 1, rollout.steps)} of {rollout.steps}
        </Flash>
      </span>
    ),
    text: (rollout) => String(rollout.steps),
  },
  { id: "nodes", header: "Nodes", width: 80, align: "right", cell: (rollout) => rollout.nodes, text: (rollout) => String(rollout.nodes) },
  { id: "target", header: "Target", cell: (rollout) => targetWords(rollout), text: (rollout) => targetWords(rollout) },
  { id: "by", header: "Started by", width: 190, cell: (rollout) => rollout.created_by, text: (rollout) => rollout.created_by },
  { id: "at", header: "Started", width: 110, cell: (rollout) => (rollout.begun === false ? <span className="dim">–</span> : <Ago at={rollout.started_at} />), text: (rollout) => rollout.started_at },
  {
    id: "took",
    header: "Took",
    width: 110,
    cell: (rollout) => (rollout.completed_at ? duration(Date.parse(rollout.completed_at) - Date.parse(rollout.started_at)) : <span className="dim">–</span>),
    text: (rollout) => rollout.completed_at ?? "",
  },
  { id: "id", header: "Id", width: 110, cell: (rollout) => <span className="mono">{shortId(rollout.id)}</span>, text: (rollout) => rollout.id, hidden: true },
];

export function RolloutListPage() {
  const { project } = route.useParams();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(rolloutsQuery(project, { state }));
  const start = (
    <Button leftSection={<Icon name="rollout" size={14} />} renderRoot={(props) => <Link to="/p/$project/rollouts/new" params={{ project }} search={{}} {...props} />}>
      Start rollout
    </Button>
  );
  return (
    <ListPage>
      <PageHeader title="Rollouts">
        <Button variant="default" leftSection={<Icon name="copy" size={14} />} renderRoot={(props) => <Link to="/p/$project/templates" params={{ project }} {...props} />}>
          Templates
        </Button>
        {start}
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Rollouts"
          noun="rollout"
          columns={COLUMNS}
          rows={query.isPending ? undefined : query.data}
          rowId={(rollout) => rollout.id}
          onOpen={(rollout) => void navigate({ to: "/p/$project/rollouts/$rolloutId", params: { project, rolloutId: rollout.id }, search: {} })}
          hasMore={query.hasNextPage}
          loadingMore={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
          toolbar={
            <ChoiceFilter
              value={state}
              onChange={(state) => void navigate({ search: { state }, replace: true })}
              any="Any state"
              options={STATES.map((value) => ({ value, label: rolloutState(value).label }))}
            />
          }
          empty={
            state !== undefined ? (
              <Empty icon="search" title="No rollout is in this state" action={<Button variant="default" onClick={() => void navigate({ search: {} })}>Clear the filter</Button>}>
                {rolloutState(state).label} rollouts appear here.
              </Empty>
            ) : (
              <Empty icon="rollout" title="No rollouts yet" action={start} command={`sentinel-cp rollout create --project ${project} --bundle 1.0.0 --batch-size 2`}>
                A rollout carries a bundle to nodes in steps, looks at each before the next, and goes back by itself when it hurts.
              </Empty>
            )
          }
        />
      )}
    </ListPage>
  );
}
