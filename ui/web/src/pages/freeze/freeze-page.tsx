import { Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import type { ApiError } from "../../api/error";
import { createFreeze, deleteFreeze, freezesQuery } from "../../api/freezes";
import type { FreezeWindow } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { now } from "../../lib/clock";
import { showServerErrors } from "../../lib/form-errors";
import { fromLocal } from "../../lib/local-time";
import type { Shown } from "../../lib/states";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { type Column, DataTable } from "../../ui/data-table";
import { DialogActions } from "../../ui/dialog-actions";
import { Empty, ErrorPanel, FormError } from "../../ui/feedback";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { State } from "../../ui/state";

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
    { id: "name", header: "Name", width: 200, cell: (window) => <strong>{window.name}</strong>, text: (window) => window.name },
    { id: "state", header: "State", width: 130, cell: (window) => <State shown={shown(window)} />, text: (window) => shown(window).label },
    { id: "from", header: "From", width: 130, cell: (window) => <Ago at={window.from} />, text: (window) => window.from },
    { id: "until", header: "Until", width: 130, cell: (window) => <Ago at={window.until} />, text: (window) => window.until },
    { id: "reason", header: "Reason", cell: (window) => window.reason, text: (window) => window.reason },
    { id: "by", header: "Created by", width: 190, cell: (window) => window.created_by, text: (window) => window.created_by },
    {
      id: "actions",
      header: "Actions",
      width: 84,
      align: "right",
      cell: (window) => <RowMenu label={`Actions for ${window.name}`} items={[{ label: "Delete", icon: "trash", refusal, onClick: () => remove(window) }]} />,
    },
  ];
}

function CreateDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const form = useForm({ initialValues: { name: "", reason: "", from: "", until: "" } });
  const [error, setError] = useState<ApiError | null>(null);
  const create = useAction({
    run: ({ name, reason, from, until }: typeof form.values) =>
      createFreeze(project, { name: name.trim(), reason: reason.trim() || null, from: fromLocal(from), until: fromLocal(until) ?? "" }),
    done: (window) => `${window.name} is created`,
    refresh: [["freeze-windows", project]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title="Create freeze window">
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { name: "name", reason: "reason", from: "from", until: "until" })) });
        })}
      >
        <Stack gap="sm">
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <Textarea label="Reason" description="Whoever is held by it reads this" autosize minRows={2} maxLength={1_000} {...form.getInputProps("reason")} />
          <Group grow align="flex-start">
            <TextInput type="datetime-local" label="From" description="Your time; now when empty" {...form.getInputProps("from")} />
            <TextInput type="datetime-local" label="Until" description="Your time" required {...form.getInputProps("until")} />
          </Group>
          <FormError error={error} />
          <DialogActions verb="Create window" busy={create.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
