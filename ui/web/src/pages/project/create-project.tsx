import { Checkbox, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { createOrg, createProject } from "../../api/orgs";
import { sessionQuery } from "../../api/session";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";

/** A new project in `org`; closed when null. */
export function CreateProject({ org, sandbox = false, onClose }: { org: string | null; sandbox?: boolean; onClose: () => void }) {
  return (
    <Modal opened={org !== null} onClose={onClose} title={sandbox ? "New sandbox" : "New project"}>
      {org !== null && <ProjectForm org={org} sandbox={sandbox} onClose={onClose} />}
    </Modal>
  );
}

function ProjectForm({ org, sandbox, onClose }: { org: string; sandbox: boolean; onClose: () => void }) {
  const form = useForm({ initialValues: { name: "", slug: "", description: "", sandbox } });
  const [error, setError] = useState<ApiError | null>(null);
  const navigate = useNavigate();
  const client = useQueryClient();
  const create = useAction({
    run: (values: typeof form.values) => createProject(org, { name: values.name.trim(), slug: values.slug.trim() || null, description: values.description.trim() || null, sandbox: values.sandbox }),
    refresh: [],
    then: (project) => {
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey }).then(() => navigate({ to: "/p/$project", params: { project: project.slug } }));
      onClose();
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        setError(null);
        create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { name: "name", slug: "slug", description: "description" })) });
      })}
    >
      <Stack gap="sm">
        <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
        <TextInput label="Slug" description="Names the project in addresses and on the command line; made from the name when left empty" {...form.getInputProps("slug")} />
        <TextInput label="What it is for" {...form.getInputProps("description")} />
        <Checkbox label="Sandbox" description="A place to try things: the cluster can play nodes in it. Not for proxies that serve somebody" {...form.getInputProps("sandbox", { type: "checkbox" })} />
        <FormError error={error} />
        <DialogActions verb="Create project" busy={create.isPending} onClose={onClose} />
      </Stack>
    </form>
  );
}

export function CreateOrg({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="New org">
      {opened && <OrgForm onClose={onClose} />}
    </Modal>
  );
}

function OrgForm({ onClose }: { onClose: () => void }) {
  const form = useForm({ initialValues: { name: "" } });
  const [error, setError] = useState<ApiError | null>(null);
  const create = useAction({
    run: (values: typeof form.values) => createOrg(values.name.trim()),
    done: (org) => `${org.name} was created; you are its administrator`,
    refresh: [[...sessionQuery.queryKey]],
    then: onClose,
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        setError(null);
        create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { name: "name", slug: "name" })) });
      })}
    >
      <Stack gap="sm">
        <TextInput label="Name" description="Members, API keys and signing keys belong to an org" required data-autofocus {...form.getInputProps("name")} />
        <FormError error={error} />
        <DialogActions verb="Create org" busy={create.isPending} onClose={onClose} />
      </Stack>
    </form>
  );
}
