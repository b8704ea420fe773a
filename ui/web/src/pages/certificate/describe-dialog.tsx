import { Modal, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { describeCertificate } from "../../api/certificates";
import type { ApiError } from "../../api/error";
import type { Certificate } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";

/** Says something else of what a certificate is for. */
export function DescribeDialog({ project, certificate, onClose }: { project: string; certificate: Certificate; onClose: () => void }) {
  const form = useForm({ initialValues: { description: certificate.description } });
  const [error, setError] = useState<ApiError | null>(null);
  const save = useAction({
    run: ({ description }: typeof form.values) => describeCertificate(project, certificate.slug, description.trim()),
    done: () => `${certificate.slug} has another description`,
    refresh: [["certificates", project], ["audit"]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Describe ${certificate.slug}`}>
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          save.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { description: "description" })) });
        })}
      >
        <Stack gap="sm">
          <Textarea label="Description" description="What it is for, and where it comes from" autosize minRows={2} maxRows={8} maxLength={1_000} data-autofocus {...form.getInputProps("description")} />
          <FormError error={error} />
          <DialogActions verb="Save description" busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
