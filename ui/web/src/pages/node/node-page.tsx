import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { nodeEventsQuery, nodeQuery, removeNode } from "../../api/nodes";
import type { Node } from "../../api/types";
import { BundleLink, DriftLink, RolloutLink } from "../../app/links";
import { ObjectHistory } from "../../app/object-history";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { driftStatus } from "../../lib/drift";
import { duration } from "../../lib/time";
import { latency, number, percent, shortId } from "../../lib/format";
import { slotName } from "../../lib/slots";
import { versionsWords } from "../../lib/versions";
import { convergence, nodeStatus } from "../../lib/states";
import { causeWords, sentence, stageWords } from "../../lib/words";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { Id } from "../../ui/copy";
import { DetailPage } from "../../ui/detail-page";
import { FactTable } from "../../ui/facts";
import { ErrorPanel, Loading, Note } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { LabelList } from "../../ui/label-list";
import { weightWords } from "../../ui/node-marks";
import { FactList, Panel, ScrollPage } from "../../ui/page";
import { State, StateShape } from "../../ui/state";
import { RuntimeConfig } from "../drift/runtime-config";
import { AssignDialog } from "./assign-dialog";
import { SettingsDialog } from "./settings-dialog";
import classes from "./node-page.module.css";
import { WhyPanel } from "./why-panel";

const route = getRouteApi("/app/p/$project/nodes/$nodeId");

export function NodePage() {
  const { project, nodeId } = route.useParams();
  const query = useQuery(nodeQuery(project, nodeId));
  if (query.data === undefined) {
    return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="This node" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  }
  return <NodeDetail project={project} node={query.data} />;
}

function NodeDetail({ project, node }: { project: string; node: Node }) {
  const { tab = "now" } = route.useSearch();
  const navigate = route.useNavigate();
  const [dialog, setDialog] = useState<"assign" | "edit" | "remove" | null>(null);
  const refused = useRefusal("operator");
  const owned = node.owner_rollout_id ? "A rollout owns this node now; cancel it first or wait for its end" : null;
  const remove = useAction({
    run: () => removeNode(project, node.id),
    done: () => `${node.name} was removed`,
    refresh: [["nodes", project, "list"], ["overview", project]],
    then: () => void navigate({ to: "/p/$project/nodes", params: { project }, search: {} }),
  });
  const facts = convergence(node);
  return (
    <>
      <DetailPage
        kind={
          <Link to="/p/$project/nodes" params={{ project }} search={{}} className="link">
            Nodes
          </Link>
        }
        name={node.name}
        state={nodeStatus(node.status)}
        numbers={[
          {
            label: "Runs",
            value: (
              <Flash value={node.effective?.generation}>
                {node.effective ? <BundleLink id={node.effective.bundle_id} version={node.effective.version ?? "removed"} /> : "nothing proven"}
              </Flash>
            ),
          },
          { label: "Facts", value: <State shown={facts} /> },
          { label: "Last seen", value: <Ago at={node.last_seen_at} /> },
        ]}
        actions={
          <>
            <ActionButton label="Assign bundle" icon="bundle" primary refusal={refused ?? owned} onClick={() => setDialog("assign")} />
            <ActionButton label="Edit" icon="edit" refusal={refused} onClick={() => setDialog("edit")} />
            <ActionButton label="Remove" icon="trash" danger refusal={refused ?? owned} onClick={() => setDialog("remove")} />
          </>
        }
        notice={<Notices node={node} />}
        tab={tab}
        onTab={(tab) => void navigate({ search: { tab: tab === "now" ? undefined : tab }, replace: true })}
        tabs={[
          { id: "now", label: "Now", content: () => <Now project={project} node={node} /> },
          { id: "config", label: "Configuration", content: () => <RuntimeConfig project={project} node={node.id} /> },
          { id: "events", label: "Events", content: () => <Events project={project} id={node.id} /> },
          { id: "history", label: "History", content: () => <ObjectHistory project={project} noun="node" id={node.id} /> },
        ]}
        aside={<Facts project={project} node={node} />}
      />
      {dialog === "assign" && <AssignDialog project={project} nodes={[node]} onClose={() => setDialog(null)} />}
      {dialog === "edit" && <SettingsDialog project={project} node={node} onClose={() => setDialog(null)} />}
      <Confirm
        opened={dialog === "remove"}
        onClose={() => setDialog(null)}
        title={`Remove ${node.name}`}
        verb="Remove node"
        danger
        typed={node.name}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(undefined)}
      >
        Its key stops working at once and its history here ends. The proxy goes on serving what it runs; to manage it again, its agent must enrol anew.
      </Confirm>
    </>
  );
}

function Notices({ node }: { node: Node }) {
  const { failure } = node;
  const current = failure && node.desired?.generation === failure.generation;
  return (
    <>
      {failure && current && (
        <Note
          kind="failed"
          title={
            <>
              <BundleLink id={failure.bundle_id} version={failure.version ?? "The bundle"} /> failed {stageWords(failure.stage)} <span className="dim">· <Ago at={failure.at} /></span>
            </>
          }
        >
          <pre className={classes.words}>{failure.message}</pre>
          {node.effective && (
            <div className="dim">
              The node went back by itself and runs {node.effective.version ?? "an earlier bundle"}, generation {node.effective.generation}.
            </div>
          )}
        </Note>
      )}
      {node.drift?.status === "drifted" && (
        <Note kind="failed" title="What runs is not what was assigned">
          {node.drift.summary}
          {node.drift.event_id && (
            <>
              {" "}
              <DriftLink id={node.drift.event_id}>See the event</DriftLink>
            </>
          )}
        </Note>
      )}
      {node.owner_rollout_id && (
        <Note kind="info">
          A <RolloutLink id={node.owner_rollout_id}>rollout</RolloutLink> owns this node now and decides what it runs.
        </Note>
      )}
      {node.weight === 0 && (
        <Note kind={node.slot ? "info" : "degraded"} title={node.slot ? `${slotName(node.slot)} slot, without traffic` : "Drained"}>
          Its weight is 0 %: a load balancer that asks its agent sends it nothing new.
        </Note>
      )}
      {node.status === "offline" && (
        <Note kind="degraded" title={<>No heartbeat since <Ago at={node.status_since} /></>}>
          The proxy may still serve traffic: it does not need the control plane to. Check the agent on {node.hostname || "its host"}.
        </Note>
      )}
    </>
  );
}

function Now({ project, node }: { project: string; node: Node }) {
  const { desired, failure } = node;
  const earlier = failure && desired?.generation !== failure.generation ? failure : null;
  return (
    <>
      <FactTable node={node} link={(id, version) => <BundleLink id={id} version={version} />} />
      {desired && (
        <p className={`dim ${classes.cause}`}>
          {sentence(causeWords(desired.cause.type))}
          {desired.cause.rollout_id && (
            <>
              {" "}
              (<RolloutLink id={desired.cause.rollout_id}>{shortId(desired.cause.rollout_id)}</RolloutLink>)
            </>
          )}{" "}
          <Ago at={desired.at} />
        </p>
      )}
      <WhyPanel project={project} id={node.id} />
      <TrafficPanel node={node} />
      {earlier && (
        <Panel title="An earlier failure" aside={<span className="dim"><Ago at={earlier.at} /></span>}>
          {earlier.version ?? "A bundle"} failed {stageWords(earlier.stage)}, generation {earlier.generation}.
          <pre className={classes.words}>{earlier.message}</pre>
        </Panel>
      )}
    </>
  );
}

function TrafficPanel({ node }: { node: Node }) {
  const { traffic } = node;
  const current = traffic && traffic.generation === node.effective?.generation;
  return (
    <Panel title="Traffic since the newest switch" aside={traffic && <span className="dim">generation {traffic.generation}, over {duration(traffic.window_ms)}</span>} flush>
      {traffic ? (
        <dl className={classes.traffic}>
          <Measure label="Requests" value={number(traffic.requests)} note={`${number(traffic.window_ms > 0 ? (traffic.requests * 1_000) / traffic.window_ms : 0)} per second`} />
          <Measure label="5xx answers" value={percent(traffic.errors, traffic.requests)} note={`${number(traffic.errors)} of ${number(traffic.requests)}`} />
          <Measure label="Median" value={traffic.requests > 0 ? latency(traffic.p50_ms) : "–"} note="half of the answers are faster" />
          <Measure label="p95" value={traffic.requests > 0 ? latency(traffic.p95_ms) : "–"} note="19 of 20" />
          <Measure label="p99" value={traffic.requests > 0 ? latency(traffic.p99_ms) : "–"} note="99 of 100" />
        </dl>
      ) : (
        <p className={`dim ${classes.pad}`}>The agent has reported no traffic yet.</p>
      )}
      {traffic && !current && <p className={`dim ${classes.pad}`}>Measured under an earlier generation than the one that runs now.</p>}
    </Panel>
  );
}

function Measure({ label, value, note }: { label: string; value: string; note: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Flash value={value}>{value}</Flash>
      </dd>
      <dd className="dim">{note}</dd>
    </div>
  );
}

const SEVERITY = { debug: "unknown", info: "ok", warn: "degraded", error: "failed" } as const;

function Events({ project, id }: { project: string; id: string }) {
  const query = useQuery(nodeEventsQuery(project, id));
  if (query.isPending) return <Loading />;
  if (query.isError) return <ErrorPanel error={query.error} what="The events" onRetry={() => void query.refetch()} />;
  if (query.data.length === 0) return <p className="dim">The agent has told nothing yet. The newest hundred events are kept.</p>;
  return (
    <div className="panel">
      <ul className={classes.events}>
        {query.data.map((event, index) => (
          <li key={`${event.at} ${index}`}>
            <span title={event.severity}>
              <StateShape kind={SEVERITY[event.severity]} />
              <span className="visually-hidden">{event.severity}</span>
            </span>
            <span className={classes.eventType}>{sentence(event.event_type)}</span>
            <span className={classes.eventWords}>{event.message}</span>
            <span className="dim">
              <Ago at={event.at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Facts({ project, node }: { project: string; node: Node }) {
  return (
    <>
      <Panel title="Node">
        <FactList
          facts={[
            ["Status since", <Ago key="since" at={node.status_since} />],
            ["Proxy says", node.healthy === null || node.healthy === undefined ? <span key="healthy" className="dim">not heard</span> : node.healthy ? "healthy" : <State key="healthy" shown={{ kind: "failed", label: "unhealthy" }} />],
            ["Drift", <State key="drift" shown={driftStatus(node.drift, node.status === "online")} />],
            ...(node.simulated === true ? [["Simulated", <Link key="simulated" to="/p/$project/simulator" params={{ project }}>by the simulator</Link>] satisfies [string, React.ReactNode]] : []),
            ["Host", node.hostname || "–"],
            ["Address", <span key="ip" className="mono">{node.ip || "–"}</span>],
            ["Proxy", node.proxy_version || "–"],
            ["Agent", node.agent_version || "–"],
            ["Enrolled", <Ago key="enrolled" at={node.registered_at} />],
            ["Id", <Id key="id" id={node.id} what="the node's id" />],
          ]}
        />
      </Panel>
      <Panel title="Settings">
        <FactList
          facts={[
            ["Weight", <Flash key="weight" value={node.weight}><span title={weightWords(node.weight)}>{node.weight} %</span></Flash>],
            ["Versions", versionsWords(node) ?? <span key="versions" className="dim">any</span>],
            ["Environment", node.environment ? node.environment.name : <span key="environment" className="dim">none</span>],
            ["Groups", (node.groups ?? []).length > 0 ? (node.groups ?? []).map(({ name }) => name).join(", ") : <span key="groups" className="dim">none</span>],
            ["Slot", node.slot ? slotName(node.slot) : <span key="slot" className="dim">none</span>],
            ["Pinned to", node.pinned_bundle_id ? <BundleLink key="pin" id={node.pinned_bundle_id} version={node.pinned_version ?? "removed"} /> : <span key="pin" className="dim">no bundle</span>],
          ]}
        />
      </Panel>
      <Panel title="Labels">
        <LabelList labels={node.labels} wrap />
      </Panel>
      {node.capabilities.length > 0 && <Panel title="Capabilities">{node.capabilities.join(", ")}</Panel>}
    </>
  );
}
