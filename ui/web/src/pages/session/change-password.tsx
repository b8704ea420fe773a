import { Modal, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { changePassword } from "../../api/session";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";

/** Another password for the person who is signed in. */
export function ChangePassword({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { current: "", next: "", again: "" },
    validate: { again: (again, { next }) => (again === next ? null : "Is not the same as the new password") },
  });
  const [error, setError] = useState<ApiError | null>(null);
  const change = useAction({
    run: ({ current, next }: typeof form.values) => changePassword(current, next),
    done: () => "Your password is changed; you are signed out everywhere else",
    refresh: [],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title="Change password">
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          change.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { current: "current", new: "next" })) });
        })}
      >
        <Stack gap="sm">
          <PasswordInput label="Current password" required data-autofocus autoComplete="current-password" {...form.getInputProps("current")} />
          <PasswordInput label="New password" description="12 characters at least" required autoComplete="new-password" {...form.getInputProps("next")} />
          <PasswordInput label="New password, again" required autoComplete="new-password" {...form.getInputProps("again")} />
          <div className="dim">Every other session of yours ends. API keys that you made go on working.</div>
          <FormError error={error} />
          <DialogActions verb="Change password" busy={change.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
