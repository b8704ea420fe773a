import { Modal, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { describeSecret } from "../../api/secrets";
import type { ProjectSecret } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";

/** Says something else of what a secret is for. */
export function DescribeDialog({ project, secret, onClose }: { project: string; secret: ProjectSecret; onClose: () => void }) {
  const form = useForm({ initialValues: { description: secret.description } });
  const [error, setError] = useState<ApiError | null>(null);
  const save = useAction({
    run: ({ description }: typeof form.values) => describeSecret(project, secret.id, description.trim()),
    done: ({ name }) => `${name} has another description`,
    refresh: [["secrets", project], ["audit"]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Describe ${secret.name}`}>
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          save.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { description: "description" })) });
        })}
      >
        <Stack gap="sm">
          <Textarea label="Description" description="What it is for, and where it comes from. Not the value: everybody in the project reads this" autosize minRows={2} maxRows={8} maxLength={1_000} data-autofocus {...form.getInputProps("description")} />
          <FormError error={error} />
          <DialogActions verb="Save description" busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
