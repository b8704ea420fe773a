import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { driftEventQuery } from "../../api/drift";
import type { DriftEvent } from "../../api/types";
import { BundleLink, NodeLink } from "../../app/links";
import { ObjectHistory } from "../../app/object-history";
import { useRefusal } from "../../app/workspace";
import { differenceWords, driftSeverity, driftState } from "../../lib/drift";
import { count } from "../../lib/format";
import { nodeStatus } from "../../lib/states";
import { duration } from "../../lib/time";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Id } from "../../ui/copy";
import { DetailPage } from "../../ui/detail-page";
import { ErrorPanel, Loading, Note } from "../../ui/feedback";
import { FactList, Panel, ScrollPage } from "../../ui/page";
import { State } from "../../ui/state";
import { ResolveDialog } from "./resolve-dialog";
import { RuntimeConfig } from "./runtime-config";

const route = getRouteApi("/app/p/$project/drift/$eventId");

export function DriftPage() {
  const { project, eventId } = route.useParams();
  const query = useQuery(driftEventQuery(project, eventId));
  if (query.data === undefined) {
    return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="This event" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  }
  return <Detail project={project} event={query.data} />;
}

function Detail({ project, event }: { project: string; event: DriftEvent }) {
  const { tab = "what" } = route.useSearch();
  const navigate = route.useNavigate();
  const refusal = useRefusal("operator");
  const [resolving, setResolving] = useState(false);
  const over = event.state === "resolved";
  return (
    <>
      <DetailPage
        kind={
          <Link to="/p/$project/drift" params={{ project }} search={{}} className="link">
            Drift
          </Link>
        }
        name={`Drift of ${event.node_name}`}
        state={driftState(event)}
        numbers={[
          { label: "Severity", value: <State shown={driftSeverity(event.severity)} /> },
          { label: over ? "Lasted" : "Lasts", value: duration(event.duration_seconds * 1_000) },
          { label: "Asserted again", value: `${event.tries} of 3` },
        ]}
        actions={<ActionButton label="Resolve" icon="check" primary refusal={refusal ?? (over ? "It is over" : null)} onClick={() => setResolving(true)} />}
        notice={<Notices event={event} />}
        tab={tab}
        onTab={(next) => void navigate({ search: { tab: next === "what" ? undefined : next }, replace: true })}
        tabs={[
          { id: "what", label: "What differs", content: () => <Differences project={project} event={event} /> },
          { id: "history", label: "History", content: () => <ObjectHistory project={project} noun="drift" id={event.id} /> },
        ]}
        aside={<Facts event={event} />}
      />
      {resolving && <ResolveDialog project={project} event={event} onClose={() => setResolving(false)} />}
    </>
  );
}

function Notices({ event }: { event: DriftEvent }) {
  return (
    <>
      {event.alarm && (
        <Note kind="failed" title="Nothing more is done about it by itself">
          {event.alarm}
        </Note>
      )}
      {event.state === "open" && event.next_try_at && (
        <Note kind="info" title={<>The assignment is asserted {event.tries > 0 ? "again " : ""}<Ago at={event.next_try_at} /></>}>
          Not while a rollout has the node, while it is offline, or in a freeze.
        </Note>
      )}
      {event.state !== "resolved" && event.node_status === "offline" && (
        <Note kind="degraded" title="The node is offline">
          What it runs now is not known: this is what its agent measured last.
        </Note>
      )}
      {event.resolution === "manual" && (
        <Note kind="info" title={`Resolved by ${event.resolved_by ?? "somebody"}`}>
          {event.reason}
        </Note>
      )}
    </>
  );
}

function Differences({ project, event }: { project: string; event: DriftEvent }) {
  return (
    <>
      <Panel title="What differs" aside={<span className="dim">{event.summary}</span>}>
        <ul>
          {event.differences.map(({ path, kind, words }) => (
            <li key={`${path} ${kind}`}>
              <span className="mono">{path}</span> {differenceWords(kind)}
              {words && <div className="dim">{words}</div>}
            </li>
          ))}
          {event.more_differences > 0 && <li>and {count(event.more_differences, "more difference")}</li>}
        </ul>
      </Panel>
      <RuntimeConfig project={project} node={event.node_id} event={event.state === "resolved" ? event.id : undefined} />
    </>
  );
}

function Facts({ event }: { event: DriftEvent }) {
  return (
    <Panel title="Event">
      <FactList
        facts={[
          ["Node", <NodeLink key="node" id={event.node_id} name={event.node_name} />],
          ["Node is", event.node_status ? <State key="status" shown={nodeStatus(event.node_status)} /> : "gone"],
          ["Shall run", <BundleLink key="bundle" id={event.expected_bundle_id} version={event.expected_version ?? "removed"} />],
          ["Generation", String(event.generation)],
          ["Noticed", <Ago key="at" at={event.detected_at} />],
          ["Ended", event.resolved_at ? <Ago key="end" at={event.resolved_at} /> : <span key="end" className="dim">lasts</span>],
          ["Configuration", event.config_hash ? <Id key="hash" id={event.config_hash} what="the digest of the configuration" /> : "gone"],
          ["Id", <Id key="id" id={event.id} what="the event's id" />],
        ]}
      />
    </Panel>
  );
}
