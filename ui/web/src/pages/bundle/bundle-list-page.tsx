import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";

import { bundlesQuery } from "../../api/bundles";
import { overviewQuery } from "../../api/overview";
import type { Bundle } from "../../api/types";
import { BundleLink } from "../../app/links";
import { bytes, count } from "../../lib/format";
import { bundleStatus, risk } from "../../lib/states";
import { Ago } from "../../ui/ago";
import { Id } from "../../ui/copy";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { ChoiceFilter } from "../../ui/filters";
import { Flash } from "../../ui/flash";
import { Icon } from "../../ui/icons";
import { ListPage, PageHeader } from "../../ui/page";
import { State } from "../../ui/state";

const route = getRouteApi("/app/p/$project/bundles");

export function BundleListPage() {
  const { project } = route.useParams();
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(bundlesQuery(project, { status }));
  const { data: overview } = useQuery(overviewQuery(project));
  const columns = useMemo(() => columnsFor(project, new Map(overview?.nodes.by_bundle.map((row) => [row.bundle_id, row.nodes]))), [project, overview]);
  const create = (
    <Button leftSection={<Icon name="plus" size={14} />} renderRoot={(props) => <Link to="/p/$project/bundles/new" params={{ project }} search={{}} {...props} />}>
      Create bundle
    </Button>
  );
  return (
    <ListPage>
      <PageHeader title="Bundles">{create}</PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Bundles"
          noun="bundle"
          columns={columns}
          rows={query.isPending ? undefined : query.data}
          rowId={(bundle) => bundle.id}
          onOpen={(bundle) => void navigate({ to: "/p/$project/bundles/$bundleId", params: { project, bundleId: bundle.id }, search: {} })}
          hasMore={query.hasNextPage}
          loadingMore={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
          toolbar={
            <ChoiceFilter
              value={status}
              onChange={(status) => void navigate({ search: { status }, replace: true })}
              any="Any status"
              options={[
                { value: "compiled", label: "Ready" },
                { value: "revoked", label: "Revoked" },
              ]}
            />
          }
          empty={
            status !== undefined ? (
              <Empty icon="search" title="No bundle has this status" action={<Button variant="default" onClick={() => void navigate({ search: {} })}>Clear the filter</Button>}>
                Bundles never change; only their status does.
              </Empty>
            ) : (
              <Empty icon="bundle" title="No bundles yet" action={create} command={`sentinel-cp bundle create edge.kdl --project ${project} --version 1.0.0`}>
                A bundle is a configuration, checked with the proxy's own rules, compiled and signed. It never changes, so what you tested is what runs.
              </Empty>
            )
          }
        />
      )}
    </ListPage>
  );
}

function columnsFor(project: string, runs: Map<string, number>): Column<Bundle>[] {
  return [
    { id: "version", header: "Version", cell: (bundle) => <BundleLink id={bundle.id} version={bundle.version} />, text: (bundle) => bundle.version },
    { id: "status", header: "Status", width: 110, cell: (bundle) => <State shown={bundleStatus(bundle)} />, text: (bundle) => bundle.status },
    { id: "risk", header: "Risk", width: 130, cell: (bundle) => <State shown={risk(bundle.risk_level)} />, text: (bundle) => bundle.risk_level },
    {
      id: "runs",
      header: "Runs on",
      width: 110,
      cell: (bundle) => {
        const nodes = runs.get(bundle.id) ?? 0;
        return (
          <Flash value={nodes}>
            {nodes === 0 ? (
              <span className="dim">–</span>
            ) : (
              <Link to="/p/$project/nodes" params={{ project }} search={{ bundle: bundle.id }} className="link">
                {count(nodes, "node")}
              </Link>
            )}
          </Flash>
        );
      },
      text: (bundle) => String(runs.get(bundle.id) ?? 0),
    },
    {
      id: "warnings",
      header: "Warnings",
      width: 96,
      align: "right",
      cell: (bundle) => (bundle.warnings.length === 0 ? <span className="dim">–</span> : bundle.warnings.length),
      text: (bundle) => String(bundle.warnings.length),
    },
    { id: "size", header: "Size", width: 90, align: "right", cell: (bundle) => bytes(bundle.size_bytes), text: (bundle) => String(bundle.size_bytes) },
    { id: "by", header: "Created by", width: 190, cell: (bundle) => bundle.created_by, text: (bundle) => bundle.created_by },
    { id: "at", header: "Created", width: 110, cell: (bundle) => <Ago at={bundle.inserted_at} />, text: (bundle) => bundle.inserted_at },
    { id: "digest", header: "Digest", width: 160, cell: (bundle) => <Id id={bundle.digest} what="the digest" />, text: (bundle) => bundle.digest, hidden: true },
  ];
}
