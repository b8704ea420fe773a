import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { orgAuditQuery, projectAuditQuery } from "../../api/audit";
import type { ActorType, AuditEntry } from "../../api/types";
import { useWorkspace } from "../../app/workspace";
import { exact } from "../../lib/time";
import { actionWords, sentence } from "../../lib/words";
import { Ago } from "../../ui/ago";
import { changeWords } from "../../ui/audit-line";
import { Id } from "../../ui/copy";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { ChoiceFilter, TextFilter } from "../../ui/filters";
import { ListPage, PageHeader } from "../../ui/page";
import classes from "./audit-page.module.css";

const route = getRouteApi("/app/p/$project/audit");

const NOUNS = ["bundle", "rollout", "node", "nodes", "enrolment_token", "api_key", "member", "user", "session", "project", "org", "cluster"];
const ACTORS: { value: ActorType; label: string }[] = [
  { value: "user", label: "People" },
  { value: "api_key", label: "API keys" },
  { value: "node", label: "Nodes" },
  { value: "system", label: "The control plane" },
  { value: "anonymous", label: "Nobody known" },
];

const COLUMNS: Column<AuditEntry>[] = [
  { id: "seq", header: "No.", width: 84, align: "right", cell: (entry) => <span className="dim">{entry.seq}</span>, text: (entry) => String(entry.seq) },
  { id: "at", header: "When", width: 110, cell: (entry) => <Ago at={entry.at} />, text: (entry) => entry.at },
  { id: "actor", header: "Who", width: 230, cell: (entry) => <Who entry={entry} />, text: (entry) => entry.actor.name },
  { id: "action", header: "What", width: 230, cell: (entry) => actionWords(entry.action), text: (entry) => entry.action },
  { id: "change", header: "Change", cell: (entry) => <span className="dim">{changeWords(entry)}</span>, text: (entry) => JSON.stringify(entry.changes) },
  { id: "resource", header: "Object", width: 150, cell: (entry) => <Id id={entry.resource_id} what="the object's id" />, text: (entry) => entry.resource_id },
  { id: "log", header: "Log index", width: 100, align: "right", cell: (entry) => entry.log_index, text: (entry) => String(entry.log_index), hidden: true },
];

function Who({ entry }: { entry: AuditEntry }) {
  return (
    <span title={entry.actor.id}>
      {entry.actor.name || "nobody known"}
      {entry.actor.type !== "user" && entry.actor.type !== entry.actor.name && <span className="dim"> · {sentence(entry.actor.type).toLowerCase()}</span>}
    </span>
  );
}

export function AuditPage() {
  const { project } = route.useParams();
  const { action, actor, scope, entry: openEntry } = route.useSearch();
  const navigate = route.useNavigate();
  const { membership } = useWorkspace();
  const inProject = useInfiniteQuery({ ...projectAuditQuery(project, { action, actor }), enabled: scope === undefined });
  const inOrg = useInfiniteQuery({ ...orgAuditQuery(membership?.org.slug ?? "", { action, actor }), enabled: scope === "org" });
  const query = scope === "org" ? inOrg : inProject;
  const set = (change: { action?: string; actor?: string; scope?: "org"; entry?: number }): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const knownActor = ACTORS.find(({ value }) => value === actor)?.value;
  return (
    <ListPage>
      <PageHeader title="Audit" note="Every change that a person, a program or the control plane made has exactly one entry, written in the same step" />
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The audit log" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Audit log"
          noun="change"
          columns={COLUMNS}
          rows={query.isPending ? undefined : query.data}
          rowId={(entry) => String(entry.seq)}
          onOpen={(entry) => set({ entry: entry.seq === openEntry ? undefined : entry.seq })}
          expanded={(entry) => (entry.seq === openEntry ? <EntryDetail entry={entry} project={project} onActor={(id) => set({ actor: id, entry: undefined })} /> : null)}
          hasMore={query.hasNextPage}
          loadingMore={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
          toolbar={
            <>
              <SegmentedControl
                aria-label="Changes of"
                value={scope ?? "project"}
                onChange={(value) => set({ scope: value === "org" ? "org" : undefined, entry: undefined })}
                data={[
                  { value: "project", label: "Project" },
                  { value: "org", label: "Whole org" },
                ]}
              />
              <TextFilter main value={action ?? ""} onChange={(value) => set({ action: value || undefined, entry: undefined })} placeholder="Action or noun" width={190} />
              <ChoiceFilter
                value={NOUNS.find((noun) => noun === action)}
                onChange={(value) => set({ action: value, entry: undefined })}
                any="Any object"
                options={NOUNS.map((value) => ({ value, label: sentence(value) }))}
              />
              <ChoiceFilter value={knownActor} onChange={(value) => set({ actor: value, entry: undefined })} any="Anybody" options={ACTORS} />
              {actor !== undefined && knownActor === undefined && <TextFilter value={actor} onChange={(value) => set({ actor: value || undefined })} placeholder="Actor id" width={300} />}
            </>
          }
          empty={
            <Empty icon="audit" title="No change matches" action={<Button variant="default" onClick={() => void navigate({ search: {} })}>Clear filters</Button>}>
              An action such as rollout.created, or a noun such as rollout. Whatever was changed is here; reading leaves no entry.
            </Empty>
          }
        />
      )}
    </ListPage>
  );
}

function EntryDetail({ entry, project, onActor }: { entry: AuditEntry; project: string; onActor: (id: string) => void }) {
  const changes = Object.entries(entry.changes);
  return (
    <div className={classes.detail}>
      <div>
        {changes.length === 0 ? (
          <span className="dim">No values were recorded.</span>
        ) : (
          <table className={classes.changes}>
            <tbody>
              {changes.map(([field, value]) => (
                <tr key={field}>
                  <th scope="row">{field}</th>
                  <td>{value === "" ? <span className="dim">empty</span> : value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <div className={classes.links}>
          <ObjectLink entry={entry} project={project} />
          {entry.actor.id !== "" && (
            <Button variant="subtle" size="compact-xs" onClick={() => onActor(entry.actor.id)}>
              All changes by {entry.actor.name}
            </Button>
          )}
        </div>
      </div>
      <dl className={classes.facts}>
        <dt>When</dt>
        <dd>{exact(entry.at)}</dd>
        <dt>Action</dt>
        <dd className="mono">{entry.action}</dd>
        <dt>Object</dt>
        <dd>
          {sentence(entry.resource_type)} <Id id={entry.resource_id} what="the object's id" />
        </dd>
        <dt>Request</dt>
        <dd>
          <Id id={entry.request_id} what="the request's id" />
        </dd>
        <dt>Log index</dt>
        <dd>{entry.log_index}</dd>
      </dl>
    </div>
  );
}

/** The page of the object that changed, where it has one. */
function ObjectLink({ entry, project }: { entry: AuditEntry; project: string }) {
  const id = entry.resource_id;
  switch (entry.resource_type) {
    case "bundle":
      return (
        <Link className="link" to="/p/$project/bundles/$bundleId" params={{ project, bundleId: id }} search={{}}>
          Open the bundle
        </Link>
      );
    case "rollout":
      return (
        <Link className="link" to="/p/$project/rollouts/$rolloutId" params={{ project, rolloutId: id }} search={{}}>
          Open the rollout
        </Link>
      );
    case "node":
      return (
        <Link className="link" to="/p/$project/nodes/$nodeId" params={{ project, nodeId: id }} search={{}}>
          Open the node
        </Link>
      );
    default:
      return null;
  }
}
