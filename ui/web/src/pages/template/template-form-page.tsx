import { Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { rolloutQuery } from "../../api/rollouts";
import { createTemplate, templatesQuery, updateTemplate } from "../../api/templates";
import type { RolloutTemplate } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { showServerErrors } from "../../lib/form-errors";
import { ActionButton } from "../../ui/action-button";
import { Empty, ErrorPanel, FormError, Loading } from "../../ui/feedback";
import { PageHeader, Panel, ScrollPage } from "../../ui/page";
import fields from "../rollout/rollout-create-page.module.css";
import { ConflictField, MannerFields, WhereFields } from "../rollout/rollout-fields";
import { DEFAULTS, FIELDS, manner, placed, type RolloutForm, target } from "../rollout/rollout-form";
import { changed, formOf, mannerOver, type Settings, settingsOf } from "../rollout/rollout-settings";

const createRoute = getRouteApi("/app/p/$project/templates/new");
const editRoute = getRouteApi("/app/p/$project/templates/$templateId");

/** A new template: from nothing, or as a rollout was. */
export function TemplateCreatePage() {
  const { project } = createRoute.useParams();
  const { rollout } = createRoute.useSearch();
  const query = useQuery({ ...rolloutQuery(project, rollout ?? ""), enabled: rollout !== undefined, refetchInterval: false });
  if (rollout === undefined) return <TemplateForm project={project} title="Create template" />;
  if (query.data === undefined) return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="This rollout" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  return <TemplateForm project={project} title={`Template from the rollout of ${query.data.rollout.bundle_version}`} known={settingsOf(query.data.rollout)} />;
}

export function TemplateEditPage() {
  const { project, templateId } = editRoute.useParams();
  const query = useQuery(templatesQuery(project));
  const template = query.data?.find(({ id }) => id === templateId);
  if (query.data === undefined) return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="This template" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  if (template === undefined) {
    return (
      <ScrollPage>
        <PageHeader title="Template" />
        <Empty icon="search" title="This template is not here">
          It may have been deleted, or belong to another project.
        </Empty>
      </ScrollPage>
    );
  }
  return <TemplateForm key={template.id} project={project} title={template.name} template={template} known={settingsOf({ ...template.rollout, target_selector: template.target_selector, environment: template.environment })} />;
}

interface Naming {
  name: string;
  description: string;
  isDefault: boolean;
}

/** Where the server's words belong. */
const NAMING = { name: "name", description: "description" };
const SETTINGS = Object.fromEntries(Object.entries(FIELDS).flatMap(([path, field]) => [[path, field], [`rollout.${path}`, field]]));

function TemplateForm({ project, title, template, known: given }: { project: string; title: string; template?: RolloutTemplate; known?: Settings }) {
  const navigate = createRoute.useNavigate();
  const refusal = useRefusal("operator");
  // The list is read anew all the time; what counts as changed is what differs from how it was when the page opened.
  const [known] = useState(given);
  const [opened] = useState<Naming>({ name: template?.name ?? "", description: template?.description ?? "", isDefault: template?.is_default ?? false });
  const naming = useForm<Naming>({ initialValues: opened });
  const form = useForm<RolloutForm>({ initialValues: known === undefined ? DEFAULTS : formOf(known) });
  const [error, setError] = useState<ApiError | null>(null);
  const save = useAction({
    run: () => {
      const named = { name: naming.values.name.trim(), description: naming.values.description.trim(), is_default: naming.values.isDefault };
      if (template === undefined || known === undefined) {
        const rollout = known === undefined ? manner(form.values) : mannerOver(known, form.values);
        return createTemplate(project, { ...named, target_selector: target(form.values), environment: form.values.environment, rollout });
      }
      const { manner: changes, place } = changed(known, form.values);
      const next = Object.keys(changes).length === 0 ? {} : { rollout: mannerOver(known, form.values) };
      // Only what was changed: somebody else may have changed the rest since the page opened.
      const { name, description, isDefault } = opened;
      const renamed = {
        ...(named.name === name ? {} : { name: named.name }),
        ...(named.description === description ? {} : { description: named.description }),
        ...(named.is_default === isDefault ? {} : { is_default: named.is_default }),
      };
      return updateTemplate(project, template.id, { ...renamed, ...(place ?? {}), ...next });
    },
    done: (saved) => (saved.is_default ? `New rollouts begin with ${saved.name}` : `${saved.name} is saved`),
    refresh: [["rollout-templates", project], ["audit"]],
    then: () => void navigate({ to: "/p/$project/templates", params: { project } }),
  });
  const blocked = refusal ?? (naming.values.name.trim() === "" ? "Give it a name first" : placed(form.values) ? null : "Choose nodes first");
  const submit = (): void => {
    setError(null);
    save.mutate(undefined, {
      onError: (thrown) => {
        const elsewhere = showServerErrors(form, thrown, SETTINGS);
        setError(elsewhere === null ? null : showServerErrors(naming, thrown, NAMING));
      },
    });
  };
  return (
    <ScrollPage narrow>
      <PageHeader title={title} />
      <form
        className={fields.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (blocked === null) submit();
        }}
      >
        <Panel title="What">
          <div className={fields.fields}>
            <TextInput label="Name" required maxLength={100} w="100%" {...naming.getInputProps("name")} />
            <Textarea label="Description" autosize minRows={1} maxLength={500} w="100%" {...naming.getInputProps("description")} />
            <Switch label="What new rollouts begin with" description="Takes it from the template that is the default now. Nothing uses it unasked." {...naming.getInputProps("isDefault", { type: "checkbox" })} />
          </div>
        </Panel>
        <WhereFields project={project} form={form} />
        <MannerFields form={form} />
        <Panel title="When">
          <div className={fields.fields}>
            <ConflictField form={form} />
          </div>
        </Panel>
        <FormError error={error} />
        <div>
          <ActionButton primary label={template === undefined ? "Create template" : "Save changes"} refusal={blocked} loading={save.isPending} onClick={submit} />
        </div>
      </form>
    </ScrollPage>
  );
}
