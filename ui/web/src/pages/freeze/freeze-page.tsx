import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { deleteFreeze, freezesQuery } from "../../api/freezes";
import type { FreezeWindow } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { now } from "../../lib/clock";
import type { Shown } from "../../lib/states";
import { exact } from "../../lib/time";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { State } from "../../ui/state";
import { CreateDialog } from "./create-dialog";
import { inWords } from "./recurrence";

const route = getRouteApi("/app/p/$project/freezes");

export function FreezePage() {
  const { project } = route.useParams();
  const refusal = useRefusal("admin");
  const query = useQuery(freezesQuery(project));
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<FreezeWindow | null>(null);
  const remove = useAction({
    run: (window: FreezeWindow) => deleteFreeze(project, window.id),
    done: (_, window) => `${window.name} is gone`,
    refresh: [["freeze-windows", project]],
    then: () => setDeleting(null),
  });
  const columns = useMemo(() => columnsFor(refusal, setDeleting), [refusal]);
  const create = <ActionButton label="Create freeze window" icon="plus" primary refusal={refusal} onClick={() => setCreating(true)} />;
  return (
    <ListPage>
      <PageHeader title="Freeze windows" note="Times in which no rollout of this project begins, resumes or starts a step. Pausing, cancelling and going back are always possible.">
        {create}
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Freeze windows"
          noun="window"
          columns={columns}
          rows={query.data}
          rowId={(window) => window.id}
          empty={
            <Empty icon="pause" title="No freeze windows yet" action={create} command={`sentinel-cp freeze create Incident --until 2h --reason INC-4711 --project ${project}`}>
              Before a busy weekend, or while an incident lasts: nothing goes forward, and everybody who waits can read why.
            </Empty>
          }
        />
      )}
      {creating && <CreateDialog project={project} onClose={() => setCreating(false)} />}
      <Confirm
        opened={deleting !== null}
        onClose={() => {
          setDeleting(null);
          remove.reset();
        }}
        title={`Delete ${deleting?.name ?? ""}?`}
        verb="Delete window"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => deleting !== null && remove.mutate(deleting)}
      >
        {deleting?.active ? "It holds now: every rollout that it holds goes on at once, unless another window holds it." : "Nothing is held by it now."}
      </Confirm>
    </ListPage>
  );
}

function shown(window: FreezeWindow): Shown {
  if (window.active) return { kind: "paused", label: "Frozen now" };
  return Date.parse(window.until) <= now() ? { kind: "unknown", label: "Over" } : { kind: "progressing", label: "To come" };
}

function columnsFor(refusal: string | null, remove: (window: FreezeWindow) => void): Column<FreezeWindow>[] {
  return [
    { id: "name", header: "Name", width: 170, cell: (window) => <strong>{window.name}</strong>, text: (window) => window.name },
    { id: "state", header: "State", width: 120, cell: (window) => <State shown={shown(window)} />, text: (window) => shown(window).label },
    { id: "environment", header: "For", width: 130, cell: (window) => window.environment?.name ?? <span className="dim">everything</span>, text: (window) => window.environment?.slug ?? "" },
    { id: "from", header: "From", width: 95, cell: (window) => <Ago at={(window.next ?? window).from} />, text: (window) => (window.next ?? window).from },
    { id: "until", header: "Until", width: 95, cell: (window) => <Ago at={(window.next ?? window).until} />, text: (window) => (window.next ?? window).until },
    { id: "repeats", header: "Repeats", width: 300, cell: (window) => <Repeats window={window} />, text: (window) => (window.recurrence ? inWords(window.recurrence) : "") },
    { id: "reason", header: "Reason", cell: (window) => window.reason, text: (window) => window.reason },
    { id: "by", header: "Created by", width: 160, cell: (window) => window.created_by, text: (window) => window.created_by },
    {
      id: "actions",
      header: "Actions",
      width: 84,
      align: "right",
      cell: (window) => <RowMenu label={`Actions for ${window.name}`} items={[{ label: "Delete", icon: "trash", refusal, onClick: () => remove(window) }]} />,
    },
  ];
}

function Repeats({ window }: { window: FreezeWindow }) {
  if (!window.recurrence) return <span className="dim">once</span>;
  return (
    <Tooltip label={`${window.recurrence.time_zone}, for the last time before ${exact(window.until)}`}>
      <span>{inWords(window.recurrence)}</span>
    </Tooltip>
  );
}
