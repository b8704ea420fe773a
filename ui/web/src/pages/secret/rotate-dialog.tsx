import { Modal, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useRef, useState } from "react";

import type { ApiError } from "../../api/error";
import { rotateSecret } from "../../api/secrets";
import type { ProjectSecret } from "../../api/types";
import { useAction } from "../../app/use-action";
import { count } from "../../lib/format";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import { ValueField, type ValueHandle } from "./value-field";

/** Gives a secret another value. */
export function RotateDialog({ project, secret, onClose }: { project: string; secret: ProjectSecret; onClose: () => void }) {
  const value = useRef<ValueHandle>(null);
  const form = useForm({ initialValues: {} });
  const [error, setError] = useState<ApiError | null>(null);
  const rotate = useAction({
    // What is asked for is remembered for a while, so the value is no part of it.
    run: () => rotateSecret(project, secret.id, value.current?.read() ?? ""),
    done: ({ name, version }) => `${name} has version ${version} now`,
    refresh: [["secrets", project], ["audit"]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Rotate ${secret.name}${secret.environment ? ` of ${secret.environment.name}` : ""}`} size="lg">
      <form
        autoComplete="off"
        onSubmit={form.onSubmit(() => {
          setError(null);
          rotate.mutate(undefined, { onError: (thrown) => setError(showServerErrors(form, thrown, { value: "value" })) });
        })}
      >
        <Stack gap="sm">
          <div>
            This makes version {secret.version + 1}, for {secret.environment ? `the nodes of ${secret.environment.name}` : "all nodes"}. {secret.uses === 0 ? "Nothing names it now." : `${count(secret.uses, "object")} of the configuration ${secret.uses === 1 ? "names" : "name"} it.`} The last
            five versions are kept, sealed.
          </div>
          <ValueField handle={value} label="New value" error={form.errors.value} autoFocus />
          <FormError error={error} />
          <DialogActions verb="Rotate secret" busy={rotate.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
