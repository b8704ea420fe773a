import { Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { createGroup, updateGroup } from "../../api/groups";
import type { NodeGroupDetail } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { parseLabelLines } from "../../lib/labels";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import { NodesField } from "../node/nodes-field";
import { formOf, type GroupForm, groupChange } from "./group-change";

const NEW: GroupForm = { name: "", description: "", labels: "", nodes: [] };

/** The server's fields, by those of the form. */
const FIELDS = { name: "name", description: "description", labels: "labels", node_ids: "nodes", remove_node_ids: "nodes" };

/** Makes a group, or changes the one that is given. */
export function GroupDialog({ project, group, onClose }: { project: string; group?: NodeGroupDetail; onClose: () => void }) {
  // The list reads the group anew all the time; what counts as changed is what differs from how it was when the dialog opened.
  const [shown] = useState(group === undefined ? NEW : formOf(group));
  const form = useForm<GroupForm>({ initialValues: shown, validate: { labels: (text) => parseLabelLines(text).error } });
  const [error, setError] = useState<ApiError | null>(null);
  const save = useAction({
    run: async (values: GroupForm) => {
      if (group === undefined) {
        return createGroup(project, { name: values.name.trim(), description: values.description.trim() || null, labels: parseLabelLines(values.labels).labels, node_ids: values.nodes });
      }
      const change = groupChange(shown, values);
      return change === null ? group.node_group : updateGroup(project, group.node_group.id, change);
    },
    done: (saved) => `${saved.name} has ${saved.nodes} nodes`,
    refresh: [["node-groups", project], ["audit"]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={group === undefined ? "Create group" : `Edit ${group.node_group.name}`}>
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          save.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, FIELDS)) });
        })}
      >
        <Stack gap="sm">
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <Textarea label="Description" autosize minRows={1} maxLength={1_000} {...form.getInputProps("description")} />
          <Textarea label="Rule" description="Nodes that carry all of these labels, one per line, also those that join later; empty: no rule" placeholder="site=fra" autosize minRows={2} maxRows={10} {...form.getInputProps("labels")} />
          <NodesField
            project={project}
            label="Named nodes"
            description="They belong to it whatever their labels are"
            known={group?.named}
            value={form.values.nodes}
            onChange={(nodes) => form.setFieldValue("nodes", nodes)}
            error={form.errors.nodes}
          />
          <FormError error={error} />
          <DialogActions verb={group === undefined ? "Create group" : "Save changes"} busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
