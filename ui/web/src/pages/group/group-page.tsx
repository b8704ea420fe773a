import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { deleteGroup, groupQuery, groupsQuery } from "../../api/groups";
import type { NodeGroup } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { formatLabels } from "../../lib/labels";
import { ActionButton } from "../../ui/action-button";
import { Confirm } from "../../ui/confirm";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { LabelList } from "../../ui/label-list";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { GroupDialog } from "./group-dialog";

const route = getRouteApi("/app/p/$project/groups");

export function GroupPage() {
  const { project } = route.useParams();
  const navigate = route.useNavigate();
  const refusal = useRefusal("operator");
  const query = useQuery(groupsQuery(project));
  const [creating, setCreating] = useState(false);
  const [editing, setEditing] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<NodeGroup | null>(null);
  const edited = useQuery({ ...groupQuery(project, editing ?? ""), enabled: editing !== null });
  const remove = useAction({
    run: (group: NodeGroup) => deleteGroup(project, group.id),
    done: (_, group) => `${group.name} is gone`,
    refresh: [["node-groups", project], ["audit"]],
    then: () => setDeleting(null),
  });
  const columns = useMemo(
    () =>
      columnsFor(project, refusal, {
        edit: (group) => setEditing(group.id),
        remove: setDeleting,
        start: (group) => void navigate({ to: "/p/$project/rollouts/new", params: { project }, search: { groups: [group.id] } }),
      }),
    [project, refusal, navigate],
  );
  const create = <ActionButton label="Create group" icon="plus" primary refusal={refusal} onClick={() => setCreating(true)} />;
  return (
    <ListPage>
      <PageHeader title="Groups" note="Nodes that belong together: named one by one, or by a rule on their labels. A rollout to a group takes the nodes that belong to it when it is planned.">
        {create}
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Groups"
          noun="group"
          columns={columns}
          rows={query.data}
          rowId={(group) => group.id}
          empty={
            <Empty icon="group" title="No groups yet" action={create} command={`sentinel-cp group create first-to-go --node edge-1 --project ${project}`}>
              The nodes that go first, a site, a customer: name them once, and roll out to the name.
            </Empty>
          }
        />
      )}
      {creating && <GroupDialog project={project} onClose={() => setCreating(false)} />}
      {editing !== null && edited.isError && (
        <Modal opened onClose={() => setEditing(null)} title="Edit group">
          <ErrorPanel error={edited.error} what="The group" onRetry={() => void edited.refetch()} />
        </Modal>
      )}
      {editing !== null && edited.data !== undefined && edited.isFetchedAfterMount && <GroupDialog key={editing} project={project} group={edited.data} onClose={() => setEditing(null)} />}
      <Confirm
        opened={deleting !== null}
        onClose={() => {
          setDeleting(null);
          remove.reset();
        }}
        title={`Delete ${deleting?.name ?? ""}?`}
        verb="Delete group"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => deleting !== null && remove.mutate(deleting)}
      >
        Its nodes stay what they are, and rollouts that are planned already keep theirs.
      </Confirm>
    </ListPage>
  );
}

interface Acts {
  edit: (group: NodeGroup) => void;
  remove: (group: NodeGroup) => void;
  start: (group: NodeGroup) => void;
}

function columnsFor(project: string, refusal: string | null, acts: Acts): Column<NodeGroup>[] {
  return [
    { id: "name", header: "Name", width: 200, cell: (group) => <strong>{group.name}</strong>, text: (group) => group.name },
    { id: "nodes", header: "Nodes", width: 80, align: "right", cell: (group) => group.nodes, text: (group) => String(group.nodes) },
    { id: "online", header: "Online", width: 80, align: "right", cell: (group) => group.online, text: (group) => String(group.online) },
    { id: "named", header: "Named", width: 80, align: "right", cell: (group) => group.named || <span className="dim">–</span>, text: (group) => String(group.named) },
    { id: "rule", header: "Rule", width: 260, cell: (group) => <Rule project={project} group={group} />, text: (group) => formatLabels(group.labels) },
    { id: "description", header: "Description", cell: (group) => group.description, text: (group) => group.description },
    {
      id: "actions",
      header: "Actions",
      width: 84,
      align: "right",
      cell: (group) => (
        <RowMenu
          label={`Actions for ${group.name}`}
          items={[
            { label: "Edit", icon: "settings", refusal, onClick: () => acts.edit(group) },
            { label: "Start rollout", icon: "rollout", refusal: refusal ?? (group.nodes === 0 ? "No node belongs to it" : null), onClick: () => acts.start(group) },
            { label: "Delete", icon: "trash", refusal, onClick: () => acts.remove(group) },
          ]}
        />
      ),
    },
  ];
}

function Rule({ project, group }: { project: string; group: NodeGroup }) {
  if (Object.keys(group.labels).length === 0) return <span className="dim">–</span>;
  return (
    <Link to="/p/$project/nodes" params={{ project }} search={{ labels: formatLabels(group.labels) }} aria-label={`Nodes with ${formatLabels(group.labels)}`}>
      <LabelList labels={group.labels} />
    </Link>
  );
}
