import { Group, Modal, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { bundlesQuery } from "../../api/bundles";
import { environmentsQuery } from "../../api/environments";
import type { ApiError } from "../../api/error";
import { updateNode } from "../../api/nodes";
import type { Node } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { labelLines, parseLabelLines } from "../../lib/labels";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError, Note } from "../../ui/feedback";
import { settingsChange } from "./settings-change";

/** Labels, weight, pin, slot, versions and environment of a node. Only what was changed is sent. */
export function SettingsDialog({ project, node, onClose }: { project: string; node: Node; onClose: () => void }) {
  const bundles = useInfiniteQuery(bundlesQuery(project, { status: "compiled" }));
  const environments = useQuery(environmentsQuery(project));
  const [error, setError] = useState<ApiError | null>(null);
  // The page reads the node anew all the time; what counts as changed here is what differs from how it was when the dialog opened.
  const [shown] = useState(node);
  const form = useForm({
    initialValues: { weight: node.weight, labels: labelLines(node.labels), pin: node.pinned_bundle_id ?? null, slot: node.slot ?? null, lowest: node.min_bundle_version ?? "", highest: node.max_bundle_version ?? "", environment: node.environment?.slug ?? null },
    validate: {
      weight: (weight) => (Number.isInteger(weight) && weight >= 0 && weight <= 100 ? null : "A whole number from 0 to 100"),
      labels: (text) => parseLabelLines(text).error,
    },
  });
  const change = settingsChange(shown, form.values);
  const save = useAction({
    run: (wanted: NonNullable<typeof change>) => updateNode(project, node.id, wanted),
    done: (changed) => `${changed.name} was changed`,
    refresh: [["nodes", project], ["audit"]],
    then: onClose,
  });
  // The pinned bundle may be a revoked one, or far back in the list.
  const choices = (bundles.data ?? []).map((bundle) => ({ value: bundle.id, label: bundle.version }));
  const pinned = node.pinned_bundle_id;
  if (pinned && !choices.some((choice) => choice.value === pinned)) choices.unshift({ value: pinned, label: node.pinned_version ?? "removed" });
  return (
    <Modal opened onClose={onClose} title={`Edit ${node.name}`}>
      <form
        onSubmit={form.onSubmit(() => {
          setError(null);
          if (change === null) onClose();
          else save.mutate(change, { onError: (thrown) => setError(showServerErrors(form, thrown, { weight: "weight", labels: "labels", min_bundle_version: "lowest", max_bundle_version: "highest" })) });
        })}
      >
        <Stack gap="sm">
          <NumberInput label="Weight" description="Share of its traffic, for a load balancer that asks its agent" suffix=" %" min={0} max={100} step={10} allowDecimal={false} data-autofocus {...form.getInputProps("weight")} />
          {form.values.weight === 0 && <Note kind="degraded">At 0 % the load balancer sends it nothing new.</Note>}
          <Select
            label="Slot"
            description="The half of the fleet that it is in; blue-green rollouts move traffic between the two"
            placeholder="In none"
            clearable
            data={[
              { value: "blue", label: "Blue" },
              { value: "green", label: "Green" },
            ]}
            {...form.getInputProps("slot")}
          />
          {(environments.data ?? []).length > 0 && (
            <Select label="Environment" description="A move gives it no bundle: the next rollout to that environment does" placeholder="In none" clearable data={(environments.data ?? []).map(({ slug, name }) => ({ value: slug, label: name }))} {...form.getInputProps("environment")} />
          )}
          <Select label="Pinned to" description="The one bundle that it may be given; rollouts of others leave it out" placeholder="Not pinned" searchable clearable data={choices} {...form.getInputProps("pin")} />
          <Group grow align="flex-start">
            <TextInput label="Lowest version" description="Of a bundle that it may be given" placeholder="any, or 1.4.0" {...form.getInputProps("lowest")} />
            <TextInput label="Highest version" description="Of a bundle that it may be given" placeholder="any, or 1.9.9" {...form.getInputProps("highest")} />
          </Group>
          <Textarea label="Labels" description="One per line, such as site=fra" autosize minRows={3} maxRows={10} {...form.getInputProps("labels")} />
          <div className="dim">What the node runs stays as it is.</div>
          <FormError error={error} />
          <DialogActions verb="Save changes" busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
