import { Checkbox, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { createApiKey } from "../../api/api-keys";
import type { ApiError } from "../../api/error";
import type { ApiKeyCreated, ProjectRef, Scope } from "../../api/types";
import { useAction } from "../../app/use-action";
import { now } from "../../lib/clock";
import { EXPIRIES, expiresAt } from "../../lib/expiry";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import classes from "./api-key-create-dialog.module.css";

interface ApiKeyCreateDialogProps {
  org: string;
  projects: readonly ProjectRef[];
  onClose: () => void;
  onCreated: (key: ApiKeyCreated) => void;
}

const SCOPES: { noun: string; meaning: string; read: Scope; write: Scope }[] = [
  { noun: "Nodes", meaning: "nodes, enrolment tokens, overview, audit", read: "nodes:read", write: "nodes:write" },
  { noun: "Bundles", meaning: "validate, create, assign, revoke", read: "bundles:read", write: "bundles:write" },
  { noun: "Rollouts", meaning: "plan, start, steer", read: "rollouts:read", write: "rollouts:write" },
  { noun: "Services", meaning: "services and what belongs to them", read: "services:read", write: "services:write" },
];

export function ApiKeyCreateDialog({ org, projects, onClose, onCreated }: ApiKeyCreateDialogProps) {
  const form = useForm({ initialValues: { name: "", scopes: [] as Scope[], project: "" as string, expires: "90" } });
  const [error, setError] = useState<ApiError | null>(null);
  const create = useAction({
    run: (values: typeof form.values) =>
      createApiKey({ org, name: values.name.trim(), scopes: values.scopes, project: values.project || null, expires_at: expiresAt(values.expires, now()) }),
    refresh: [["api-keys", org]],
    then: onCreated,
  });
  const box = (scope: Scope, label: string): React.ReactNode => (
    <Checkbox
      aria-label={label}
      checked={form.values.scopes.includes(scope)}
      onChange={(event) => {
        const { checked } = event.currentTarget;
        form.setFieldValue("scopes", (before) => (checked ? [...before, scope] : before.filter((other) => other !== scope)));
      }}
    />
  );
  return (
    <Modal opened onClose={onClose} title="Create API key" size="lg">
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { name: "name", scopes: "scopes", project: "project", expires_at: "expires" })) });
        })}
      >
        <Stack gap="sm">
          <TextInput label="Name" description="What uses it" required data-autofocus {...form.getInputProps("name")} />
          <fieldset className={classes.scopes}>
            <legend>Scopes</legend>
            <table>
              <thead>
                <tr>
                  <td />
                  <th scope="col">Read</th>
                  <th scope="col">Write</th>
                </tr>
              </thead>
              <tbody>
                {SCOPES.map(({ noun, meaning, read, write }) => (
                  <tr key={noun}>
                    <th scope="row">
                      {noun} <span className="dim">{meaning}</span>
                    </th>
                    <td>{box(read, `Read ${noun.toLowerCase()}`)}</td>
                    <td>{box(write, `Write ${noun.toLowerCase()}`)}</td>
                  </tr>
                ))}
                <tr>
                  <th scope="row">
                    API keys <span className="dim">make and revoke keys that can do no more than this one</span>
                  </th>
                  <td />
                  <td>{box("api_keys:admin", "Manage API keys")}</td>
                </tr>
              </tbody>
            </table>
            {form.errors.scopes !== undefined && <div className={classes.error}>{form.errors.scopes}</div>}
          </fieldset>
          <Group grow align="flex-start">
            <Select
              label="Reaches"
              data={[{ value: "", label: "Every project of the org" }, ...projects.map(({ slug, name }) => ({ value: slug, label: `Only ${name}` }))]}
              {...form.getInputProps("project")}
            />
            <Select label="Expires" data={EXPIRIES} {...form.getInputProps("expires")} />
          </Group>
          <FormError error={error} />
          <DialogActions verb="Create API key" busy={create.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
