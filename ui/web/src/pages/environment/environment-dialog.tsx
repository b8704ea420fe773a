import { Group, Modal, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { createEnvironment, updateEnvironment } from "../../api/environments";
import type { ApiError } from "../../api/error";
import type { Environment } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import { ApprovalRules, toForm, toWire } from "../project/approval-rules";

const FIELDS = { name: "name", slug: "slug", description: "description", color: "color", place: "place" };

/** A new environment, or one that is there. Only what was changed is sent. */
export function EnvironmentDialog({ project, environment, places, onClose }: { project: string; environment: Environment | null; places: number; onClose: () => void }) {
  const [error, setError] = useState<ApiError | null>(null);
  const form = useForm({
    initialValues: {
      name: environment?.name ?? "",
      slug: environment?.slug ?? "",
      description: environment?.description ?? "",
      color: environment?.color ?? "#6366f1",
      place: (environment?.place ?? places + 1) as number | string,
      rules: toForm(environment?.approval_rules ?? []),
    },
  });
  const save = useAction({
    run: ({ name, slug, description, color, place, rules }: typeof form.values) =>
      environment === null
        ? createEnvironment(project, { name: name.trim(), slug: slug.trim() || null, description, color, approval_rules: toWire(rules) })
        : updateEnvironment(project, environment.slug, {
            ...(form.isDirty("name") ? { name: name.trim() } : {}),
            ...(form.isDirty("description") ? { description } : {}),
            ...(form.isDirty("color") ? { color } : {}),
            ...(form.isDirty("place") ? { place: Number(place) } : {}),
            ...(form.isDirty("rules") ? { approval_rules: toWire(rules) } : {}),
          }),
    done: (saved) => (environment === null ? `${saved.name} is created` : `${saved.name} was changed`),
    refresh: [["environments", project], ["promotion-rules", project], ["nodes", project], ["audit"]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={environment === null ? "Create environment" : `Edit ${environment.name}`} size="lg">
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          save.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, FIELDS)) });
        })}
      >
        <Stack gap="sm">
          <TextInput label="Name" required maxLength={50} data-autofocus {...form.getInputProps("name")} />
          {environment === null && <TextInput label="Slug" description="In addresses and commands; stays as it is. Made from the name when empty" maxLength={30} {...form.getInputProps("slug")} />}
          <Textarea label="Description" autosize minRows={2} maxLength={1_000} {...form.getInputProps("description")} />
          <Group grow align="flex-start">
            <TextInput type="color" label="Colour" {...form.getInputProps("color")} />
            {environment !== null && <NumberInput label="Place in the order" description="The others make room" min={1} max={places} {...form.getInputProps("place")} />}
          </Group>
          <strong>Approvals of rollouts to it</strong>
          <span className="dim">Beside the rules of the project; the strictest counts.</span>
          <ApprovalRules rules={form.values.rules} refusal={null} none="It asks for none of its own." onChange={(rules) => form.setFieldValue("rules", rules)} />
          <FormError error={error} />
          <DialogActions verb={environment === null ? "Create environment" : "Save changes"} busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
