import { Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { environmentsQuery } from "../../api/environments";
import type { ApiError } from "../../api/error";
import { createSecret } from "../../api/secrets";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import { ValueField, type ValueHandle } from "./value-field";

const FIELDS = { name: "name", environment: "environment", description: "description", value: "value" };

/** Makes a secret, for all nodes or for those of an environment. */
export function SecretCreateDialog({ project, onClose, onMade }: { project: string; onClose: () => void; onMade: (id: string) => void }) {
  const environments = useQuery(environmentsQuery(project));
  const value = useRef<ValueHandle>(null);
  const form = useForm({ initialValues: { name: "", environment: "", description: "" } });
  const [error, setError] = useState<ApiError | null>(null);
  const create = useAction({
    // What is asked for is remembered for a while, so the value is no part of it.
    run: ({ name, environment, description }: typeof form.values) =>
      createSecret(project, { name: name.trim(), environment: environment || null, description: description.trim() || null, value: value.current?.read() ?? "" }),
    done: ({ name }) => `${name} is kept, sealed`,
    refresh: [["secrets", project], ["audit"]],
    then: ({ id }) => onMade(id),
  });
  return (
    <Modal opened onClose={onClose} title="Create secret" size="lg">
      <form
        autoComplete="off"
        onSubmit={form.onSubmit((values) => {
          setError(null);
          create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, FIELDS)) });
        })}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            description={
              <>
                Capital letters, digits and _, a letter first. The configuration calls it <span className="mono">{`\${secrets.${form.values.name.trim() || "NAME"}}`}</span>
              </>
            }
            placeholder="API_TOKEN"
            required
            maxLength={64}
            autoComplete="off"
            data-autofocus
            {...form.getInputProps("name")}
          />
          <Select
            label="For"
            description="A node gets the value of its own environment; where there is none, the one for all. It stays as it is"
            data={[{ value: "", label: "All nodes" }, ...(environments.data ?? []).map(({ slug, name }) => ({ value: slug, label: `Nodes of ${name}` }))]}
            allowDeselect={false}
            {...form.getInputProps("environment")}
          />
          <Textarea label="Description" description="What it is for, and where it comes from. Not the value: everybody in the project reads this" autosize minRows={1} maxRows={6} maxLength={1_000} {...form.getInputProps("description")} />
          <ValueField handle={value} label="Value" error={form.errors.value} />
          <FormError error={error} />
          <DialogActions verb="Create secret" busy={create.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
