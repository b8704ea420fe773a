import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";

import { bundleQuery } from "../../api/bundles";
import { environmentsQuery } from "../../api/environments";
import { groupsQuery } from "../../api/groups";
import { nodesQuery } from "../../api/nodes";
import type { Node } from "../../api/types";
import { BundleLink, NodeLink } from "../../app/links";
import { useRefusal } from "../../app/workspace";
import { number, shortId } from "../../lib/format";
import { formatLabels, parseLabels } from "../../lib/labels";
import { slotName } from "../../lib/slots";
import { convergence, nodeStatus } from "../../lib/states";
import { ActionButton } from "../../ui/action-button";
import { type Column, DataTable } from "../../ui/data-table";
import { FactMarks, LastSeen } from "../../ui/facts";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { ChoiceFilter, FilterChip, TextFilter } from "../../ui/filters";
import { Flash } from "../../ui/flash";
import { Icon } from "../../ui/icons";
import { LabelList } from "../../ui/label-list";
import { NodeMarks } from "../../ui/node-marks";
import { ListPage, PageHeader } from "../../ui/page";
import { State } from "../../ui/state";
import { AssignDialog } from "./assign-dialog";

const route = getRouteApi("/app/p/$project/nodes");

/** Nodes that a filter which the server does not know looks at before it asks the person whether to go on. */
const LOOK_AT = 2_000;
const ENOUGH = 50;

const COLUMNS: Column<Node>[] = [
  {
    id: "name",
    header: "Name",
    width: 220,
    cell: (node) => (
      <>
        <NodeLink id={node.id} name={node.name} />
        <NodeMarks node={node} />
      </>
    ),
    text: (node) => node.name,
  },
  {
    id: "status",
    header: "Status",
    width: 130,
    cell: (node) => (
      <Flash value={node.status}>
        <State shown={nodeStatus(node.status)} />
      </Flash>
    ),
    text: (node) => node.status,
  },
  { id: "facts", header: "Facts", width: 108, cell: (node) => <FactMarks node={node} />, text: (node) => convergence(node).label },
  {
    id: "effective",
    header: "Runs",
    width: 150,
    cell: (node) => (
      <Flash value={node.effective?.generation}>
        {node.effective ? <BundleLink id={node.effective.bundle_id} version={node.effective.version ?? "removed"} /> : <span className="dim">nothing proven</span>}
      </Flash>
    ),
    text: (node) => node.effective?.version ?? "",
  },
  { id: "environment", header: "Environment", width: 120, cell: (node) => (node.environment ? node.environment.name : ""), text: (node) => node.environment?.slug ?? "" },
  { id: "labels", header: "Labels", cell: (node) => <LabelList labels={node.labels} />, text: (node) => formatLabels(node.labels) },
  { id: "seen", header: "Last seen", width: 110, cell: (node) => <LastSeen at={node.last_seen_at} />, text: (node) => node.last_seen_at ?? "" },
  { id: "slot", header: "Slot", width: 80, cell: (node) => (node.slot ? slotName(node.slot) : ""), text: (node) => node.slot ?? "", hidden: true },
  { id: "weight", header: "Weight", width: 80, cell: (node) => `${node.weight} %`, text: (node) => String(node.weight), hidden: true },
  { id: "pinned", header: "Pinned to", width: 110, cell: (node) => (node.pinned_bundle_id ? <BundleLink id={node.pinned_bundle_id} version={node.pinned_version ?? "removed"} /> : ""), text: (node) => node.pinned_version ?? "", hidden: true },
  { id: "hostname", header: "Host", width: 180, cell: (node) => node.hostname, text: (node) => node.hostname, hidden: true },
  { id: "ip", header: "Address", width: 130, cell: (node) => <span className="mono">{node.ip}</span>, text: (node) => node.ip, hidden: true },
  { id: "proxy", header: "Proxy", width: 90, cell: (node) => node.proxy_version, text: (node) => node.proxy_version },
  { id: "agent", header: "Agent", width: 90, cell: (node) => node.agent_version, text: (node) => node.agent_version, hidden: true },
];

export function NodeListPage() {
  const { project } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>): void => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const environments = useQuery(environmentsQuery(project));
  const groups = useQuery(groupsQuery(project));
  const [assigning, setAssigning] = useState<Node[] | null>(null);
  const refusal = useRefusal("operator");

  const parsed = parseLabels(search.labels ?? "");
  const labels = parsed.error === null && Object.keys(parsed.labels).length > 0 ? parsed.labels : undefined;
  const query = useInfiniteQuery(nodesQuery(project, { status: search.status, slot: search.slot, environment: search.environment, group: search.group, q: search.q, labels }));

  const looking = search.facts !== undefined || search.bundle !== undefined;
  const matches = useMemo(() => {
    const matching = (node: Node): boolean =>
      (search.facts === undefined || convergence(node).label.toLowerCase() === search.facts) &&
      (search.bundle === undefined || node.effective?.bundle_id === search.bundle);
    return looking ? query.data?.filter(matching) : query.data;
  }, [query.data, looking, search.facts, search.bundle]);
  const lookedAt = query.data?.length ?? 0;
  const [lookUntil, setLookUntil] = useState(LOOK_AT);
  const goesOn = looking && query.hasNextPage && !query.isFetchingNextPage && (matches?.length ?? 0) < ENOUGH && lookedAt < lookUntil;
  const { fetchNextPage } = query;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);

  if (query.isError && query.data === undefined) {
    return (
      <ListPage>
        <PageHeader title="Nodes" />
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      </ListPage>
    );
  }
  const filtered = search.status !== undefined || search.slot !== undefined || search.environment !== undefined || search.group !== undefined || search.q !== undefined || labels !== undefined || looking;
  return (
    <ListPage>
      <PageHeader title="Nodes">
        <Button variant="default" leftSection={<Icon name="plus" size={14} />} renderRoot={(props) => <Link to="/p/$project/enrolment" params={{ project }} {...props} />}>
          Enrol nodes
        </Button>
      </PageHeader>
      <DataTable
        label="Nodes"
        noun="node"
        columns={COLUMNS}
        rows={query.isPending ? undefined : matches}
        rowId={(node) => node.id}
        onOpen={(node) => void navigate({ to: "/p/$project/nodes/$nodeId", params: { project, nodeId: node.id }, search: {} })}
        hasMore={query.hasNextPage}
        loadingMore={query.isFetchingNextPage}
        onMore={() => {
          setLookUntil(lookedAt + LOOK_AT);
          void query.fetchNextPage();
        }}
        footNote={looking && query.hasNextPage ? <span>looked at {number(lookedAt)} nodes</span> : undefined}
        toolbar={
          <>
            <TextFilter main value={search.q ?? ""} onChange={(q) => set({ q: q || undefined })} placeholder="Name or host contains" />
            <ChoiceFilter
              value={search.status}
              onChange={(status) => set({ status })}
              any="Any status"
              width={120}
              options={[
                { value: "online", label: "Online" },
                { value: "offline", label: "Offline" },
                { value: "unknown", label: "Never seen" },
              ]}
            />
            <ChoiceFilter
              value={search.facts}
              onChange={(facts) => set({ facts })}
              any="Any facts"
              width={115}
              options={[
                { value: "converged", label: "Converged" },
                { value: "converging", label: "Converging" },
                { value: "failed", label: "Failed" },
              ]}
            />
            <ChoiceFilter
              value={search.slot}
              onChange={(slot) => set({ slot })}
              any="Any slot"
              width={100}
              options={[
                { value: "blue", label: "Blue" },
                { value: "green", label: "Green" },
              ]}
            />
            {(environments.data ?? []).length > 0 && (
              <ChoiceFilter value={search.environment} onChange={(environment) => set({ environment })} any="Any environment" width={150} options={(environments.data ?? []).map(({ slug, name }) => ({ value: slug, label: name }))} />
            )}
            {((groups.data ?? []).length > 0 || search.group !== undefined) && (
              <ChoiceFilter value={search.group} onChange={(group) => set({ group })} any="Any group" width={120} options={(groups.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} />
            )}
            <TextFilter value={search.labels ?? ""} onChange={(labels) => set({ labels: labels || undefined })} placeholder="Labels: site=fra" width={150} error={parsed.error} />
            {search.bundle !== undefined && <BundleChip project={project} id={search.bundle} onRemove={() => set({ bundle: undefined })} />}
          </>
        }
        bulk={(nodes, clear) => (
          <>
            <ActionButton
              label="Assign bundle"
              icon="bundle"
              refusal={refusal}
              onClick={() => {
                setAssigning(nodes);
                clear();
              }}
            />
            <ActionButton
              label="Start rollout with these"
              icon="rollout"
              refusal={refusal}
              onClick={() => void navigate({ to: "/p/$project/rollouts/new", params: { project }, search: { nodes: nodes.map((node) => node.id) } })}
            />
          </>
        )}
        empty={
          filtered ? (
            <Empty icon="search" title="No node matches" action={<Button variant="default" onClick={() => void navigate({ search: {} })}>Clear filters</Button>}>
              Every filter must hold at once.
            </Empty>
          ) : (
            <Empty
              icon="node"
              title="No nodes yet"
              action={<Button renderRoot={(props) => <Link to="/p/$project/enrolment" params={{ project }} {...props} />}>Make an enrolment token</Button>}
              command={`sentinel-cp agent --server ${location.origin} --project ${project} --enrolment-token TOKEN --name edge-1`}
            >
              A node is a proxy with our agent beside it. Start the agent with an enrolment token, and the node appears here.
            </Empty>
          )
        }
      />
      {assigning !== null && <AssignDialog project={project} nodes={assigning} onClose={() => setAssigning(null)} />}
    </ListPage>
  );
}

function BundleChip({ project, id, onRemove }: { project: string; id: string; onRemove: () => void }) {
  const { data } = useQuery(bundleQuery(project, id));
  return <FilterChip onRemove={onRemove}>runs {data?.version ?? shortId(id)}</FilterChip>;
}
