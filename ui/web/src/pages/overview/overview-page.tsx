import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { overviewQuery } from "../../api/overview";
import type { Overview } from "../../api/types";
import { BundleLink } from "../../app/links";
import { useProject, useWorkspace } from "../../app/workspace";
import { count, number, percent } from "../../lib/format";
import { bundleStatus, risk, type StateKind } from "../../lib/states";
import { actionWords } from "../../lib/words";
import { Ago } from "../../ui/ago";
import { AuditLines } from "../../ui/audit-line";
import { ErrorPanel, Loading } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { Icon } from "../../ui/icons";
import { PageHeader, Panel, ScrollPage } from "../../ui/page";
import { SandboxBadge } from "../../ui/sandbox-badge";
import { ShareBar } from "../../ui/share-bar";
import { State, StateShape } from "../../ui/state";
import { FirstSteps } from "./first-steps";
import classes from "./overview-page.module.css";
import { RolloutCard } from "./rollout-card";

/** A project at a glance. Every number leads to what is behind it. */
export function OverviewPage() {
  const project = useProject();
  const { membership } = useWorkspace();
  const query = useQuery(overviewQuery(project));
  const here = membership?.projects.find(({ slug }) => slug === project);
  const overview = query.data;
  return (
    <ScrollPage>
      <PageHeader title={here?.name ?? project} note={here?.sandbox === true ? <SandboxBadge /> : undefined}>
        <Button variant="default" leftSection={<Icon name="plus" size={14} />} renderRoot={(props) => <Link to="/p/$project/bundles/new" params={{ project }} search={{}} {...props} />}>
          Create bundle
        </Button>
        <Button leftSection={<Icon name="rollout" size={14} />} renderRoot={(props) => <Link to="/p/$project/rollouts/new" params={{ project }} search={{}} {...props} />}>
          Start rollout
        </Button>
      </PageHeader>
      {query.isPending && <Loading />}
      {query.isError && overview === undefined && <ErrorPanel error={query.error} what="The overview" onRetry={() => void query.refetch()} />}
      {overview !== undefined && <Content overview={overview} project={project} />}
    </ScrollPage>
  );
}

function Content({ overview, project }: { overview: Overview; project: string }) {
  const { nodes, bundles, rollouts, recent } = overview;
  const isNew = nodes.total === 0 || bundles.total === 0;
  return (
    <div className={classes.grid}>
      {isNew && <FirstSteps project={project} nodes={nodes.total} bundles={bundles.total} />}
      {nodes.total > 0 && (
        <div className={classes.pair}>
          <Fleet nodes={nodes} project={project} />
          <Convergence nodes={nodes} project={project} />
        </div>
      )}
      {rollouts.active.length > 0 && (
        <Panel
          title={count(rollouts.active.length, "active rollout")}
          aside={
            <Link to="/p/$project/rollouts" params={{ project }} search={{}} className="link">
              All rollouts
            </Link>
          }
          flush
        >
          {rollouts.active.map((rollout) => (
            <RolloutCard key={rollout.id} rollout={rollout} project={project} />
          ))}
        </Panel>
      )}
      <div className={classes.pair}>
        <div className={classes.stack}>
          <Panel title="What runs where" flush>
            <WhatRuns overview={overview} project={project} />
          </Panel>
          <Newest overview={overview} />
        </div>
        <Panel
          title="Recent changes"
            aside={
              <Link to="/p/$project/audit" params={{ project }} search={{}} className="link">
                Audit log
              </Link>
            }
            flush
          >
            {recent.length === 0 && <p className={`dim ${classes.pad}`}>Nothing was changed in this project yet.</p>}
            <AuditLines
              entries={recent.slice(0, 8)}
              object={(entry) => (
                <Link to="/p/$project/audit" params={{ project }} search={{ entry: entry.seq }} className="quiet">
                  {actionWords(entry.action)}
                </Link>
              )}
            />
        </Panel>
      </div>
    </div>
  );
}

type Nodes = Overview["nodes"];

function Fleet({ nodes, project }: { nodes: Nodes; project: string }) {
  return (
    <Breakdown
      title={
        <Link to="/p/$project/nodes" params={{ project }} search={{}} className="quiet">
          {count(nodes.total, "node")}
        </Link>
      }
      note={`${percent(nodes.online, nodes.total)} online`}
      label="Nodes by status"
      project={project}
      parts={[
        { search: { status: "online" }, label: "online", kind: "ok", value: nodes.online },
        { search: { status: "offline" }, label: "offline", kind: "failed", value: nodes.offline },
        { search: { status: "unknown" }, label: "never seen", kind: "unknown", value: nodes.unknown },
      ]}
    />
  );
}

function Convergence({ nodes, project }: { nodes: Nodes; project: string }) {
  const converging = Math.max(0, nodes.total - nodes.converged - nodes.failed);
  return (
    <Breakdown
      title="Desired and effective"
      note={`${percent(nodes.converged, nodes.total)} run what they shall run`}
      label="Nodes by convergence"
      project={project}
      parts={[
        { search: { facts: "converged" }, label: "converged", kind: "ok", value: nodes.converged },
        { search: { facts: "converging" }, label: "converging", kind: "progressing", value: converging },
        { search: { facts: "failed" }, label: "failed", kind: "failed", value: nodes.failed },
      ]}
    />
  );
}

interface Part {
  /** Filters of the list that has these nodes. */
  search: { status?: "online" | "offline" | "unknown"; facts?: "converged" | "converging" | "failed" };
  label: string;
  kind: StateKind;
  value: number;
}

interface BreakdownProps {
  title: React.ReactNode;
  note: string;
  /** What the bar shows, for those who do not see it. */
  label: string;
  parts: Part[];
  project: string;
}

/** All nodes as parts of a whole; each part leads to its nodes. */
function Breakdown({ title, note, label, parts, project }: BreakdownProps) {
  return (
    <Panel title={title} aside={<span className="dim">{note}</span>}>
      <ShareBar label={label} shares={parts} />
      <div className={classes.numbers}>
        {parts.map((part) => (
          <Link key={part.label} to="/p/$project/nodes" params={{ project }} search={part.search} className={classes.number}>
            <Flash value={part.value}>
              <strong>{number(part.value)}</strong>
            </Flash>
            <span className={classes.word}>
              <StateShape kind={part.kind} size={12} /> {part.label}
            </span>
          </Link>
        ))}
      </div>
    </Panel>
  );
}

function WhatRuns({ overview, project }: { overview: Overview; project: string }) {
  const { by_bundle, total } = overview.nodes;
  const proven = by_bundle.reduce((sum, row) => sum + row.nodes, 0);
  const most = Math.max(1, ...by_bundle.map((row) => row.nodes));
  if (by_bundle.length === 0) return <p className={`dim ${classes.pad}`}>No node has proven to run a bundle yet.</p>;
  return (
    <table className={classes.runs}>
      <tbody>
        {by_bundle.map((row) => (
          <tr key={row.bundle_id}>
            <th scope="row">
              <BundleLink id={row.bundle_id} version={row.version ?? "removed"} />
            </th>
            <td className={classes.track}>
              <div style={{ width: `${(row.nodes / most) * 100}%` }} />
            </td>
            <td className={classes.runsNumber}>
              <Link to="/p/$project/nodes" params={{ project }} search={{ bundle: row.bundle_id }} className="quiet">
                <Flash value={row.nodes}>{count(row.nodes, "node")}</Flash>
              </Link>
            </td>
            <td className={`dim ${classes.runsShare}`}>{percent(row.nodes, total)}</td>
          </tr>
        ))}
        {total > proven && (
          <tr>
            <th scope="row" className="dim">
              Nothing proven
            </th>
            <td />
            <td className={classes.runsNumber}>{count(total - proven, "node")}</td>
            <td className={`dim ${classes.runsShare}`}>{percent(total - proven, total)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Newest({ overview }: { overview: Overview }) {
  const newest = overview.bundles.newest;
  if (!newest) return null;
  return (
    <Panel title="Newest bundle" aside={<State shown={newest.status === "revoked" ? bundleStatus(newest) : risk(newest.risk_level)} />}>
      <div className={classes.newest}>
        <strong>
          <BundleLink id={newest.id} version={newest.version} />
        </strong>
        <span className="dim">
          by {newest.created_by} · <Ago at={newest.inserted_at} />
        </span>
      </div>
    </Panel>
  );
}
