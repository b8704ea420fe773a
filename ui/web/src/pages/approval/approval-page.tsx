import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { rolloutsQuery } from "../../api/rollouts";
import type { Rollout } from "../../api/types";
import { RolloutLink } from "../../app/links";
import { risk } from "../../lib/states";
import { targetWords } from "../../lib/target";
import { Ago } from "../../ui/ago";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { ListPage, PageHeader } from "../../ui/page";
import { State } from "../../ui/state";

const route = getRouteApi("/app/p/$project/approvals");

const given = (rollout: Rollout): string => `${rollout.approval?.given.length ?? 0} of ${rollout.approval?.needed ?? 0}`;

const COLUMNS: Column<Rollout>[] = [
  { id: "bundle", header: "Bundle", width: 150, cell: (rollout) => <RolloutLink id={rollout.id}>{rollout.bundle_version}</RolloutLink>, text: (rollout) => rollout.bundle_version },
  { id: "risk", header: "Risk", width: 130, cell: (rollout) => (rollout.risk ? <State shown={risk(rollout.risk.level)} /> : <span className="dim">–</span>), text: (rollout) => rollout.risk?.level ?? "" },
  { id: "given", header: "Approvals", width: 110, cell: (rollout) => <Flash value={rollout.approval?.given.length}>{given(rollout)}</Flash>, text: given },
  {
    id: "who",
    header: "Approved by",
    cell: (rollout) => rollout.approval?.given.map(({ by }) => by).join(", ") || <span className="dim">nobody yet</span>,
    text: (rollout) => rollout.approval?.given.map(({ by }) => by).join(", ") ?? "",
  },
  { id: "nodes", header: "Nodes", width: 80, align: "right", cell: (rollout) => rollout.nodes, text: (rollout) => String(rollout.nodes) },
  { id: "target", header: "Target", cell: (rollout) => targetWords(rollout), text: (rollout) => targetWords(rollout) },
  { id: "by", header: "Asked for by", width: 190, cell: (rollout) => rollout.created_by, text: (rollout) => rollout.created_by },
  { id: "begins", header: "Begins", width: 140, cell: (rollout) => (rollout.scheduled_at ? <Ago at={rollout.scheduled_at} /> : <span className="dim">when approved</span>), text: (rollout) => rollout.scheduled_at ?? "" },
  { id: "until", header: "Expires", width: 110, cell: (rollout) => <Ago at={rollout.approval?.expires_at} />, text: (rollout) => rollout.approval?.expires_at ?? "" },
];

/** What waits for somebody to agree, the newest first. */
export function ApprovalPage() {
  const { project } = route.useParams();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(rolloutsQuery(project, { state: "pending_approval" }));
  return (
    <ListPage>
      <PageHeader title="Approvals" note="Rollouts that wait until enough people have agreed. Who asks for one does not approve it." />
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Rollouts that wait for approvals"
          noun="rollout"
          columns={COLUMNS}
          rows={query.isPending ? undefined : query.data}
          rowId={(rollout) => rollout.id}
          onOpen={(rollout) => void navigate({ to: "/p/$project/rollouts/$rolloutId", params: { project, rolloutId: rollout.id }, search: {} })}
          hasMore={query.hasNextPage}
          loadingMore={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
          empty={
            <Empty icon="check" title="Nothing waits for an approval" command={`sentinel-cp project approvals ${project} --rule all=1`}>
              <span className="inline">
                Who must agree to which rollouts is set in the{" "}
                <Link to="/p/$project/settings" params={{ project }} className="link">
                  project&apos;s settings
                </Link>
                .
              </span>
            </Empty>
          }
        />
      )}
    </ListPage>
  );
}
