import { Modal, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { resetPassword } from "../../api/orgs";
import type { Member } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";

/** A new password for somebody who cannot sign in any more. */
export function ResetPasswordDialog({ org, member, onClose }: { org: string; member: Member; onClose: () => void }) {
  const form = useForm({ initialValues: { password: "" } });
  const [error, setError] = useState<ApiError | null>(null);
  const reset = useAction({
    run: ({ password }: typeof form.values) => resetPassword(org, member.user_id, password),
    done: () => `${member.name} has a new password and is signed out everywhere`,
    refresh: [],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Reset password of ${member.name}`}>
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          reset.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { password: "password" })) });
        })}
      >
        <Stack gap="sm">
          <PasswordInput label="New password" description="12 characters at least; tell it to them, and have them change it" required data-autofocus autoComplete="new-password" {...form.getInputProps("password")} />
          <div className="dim">All of their sessions end. API keys that they made go on working.</div>
          <FormError error={error} />
          <DialogActions verb="Reset password" busy={reset.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
