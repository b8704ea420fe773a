import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { deleteTemplate, templatesQuery, updateTemplate } from "../../api/templates";
import type { RolloutTemplate } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { targetWords } from "../../lib/target";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { mannerWords } from "../rollout/rollout-settings";

const route = getRouteApi("/app/p/$project/templates");

export function TemplateListPage() {
  const { project } = route.useParams();
  const navigate = route.useNavigate();
  const refusal = useRefusal("operator");
  const query = useQuery(templatesQuery(project));
  const [deleting, setDeleting] = useState<RolloutTemplate | null>(null);
  const refresh = [["rollout-templates", project], ["audit"]];
  const remove = useAction({
    run: (template: RolloutTemplate) => deleteTemplate(project, template.id),
    done: (_, template) => `${template.name} is gone`,
    refresh,
    then: () => setDeleting(null),
  });
  const makeDefault = useAction({
    run: (template: RolloutTemplate) => updateTemplate(project, template.id, { is_default: !template.is_default }),
    done: (template) => (template.is_default ? `New rollouts begin with ${template.name}` : `${template.name} is not the default any more`),
    refresh,
  });
  const { mutate } = makeDefault;
  const columns = useMemo(
    () =>
      columnsFor(project, refusal, {
        edit: (template) => void navigate({ to: "/p/$project/templates/$templateId", params: { project, templateId: template.id } }),
        start: (template) => void navigate({ to: "/p/$project/rollouts/new", params: { project }, search: { template: template.id } }),
        mark: mutate,
        remove: setDeleting,
      }),
    [project, refusal, navigate, mutate],
  );
  const create = <ActionButton label="Create template" icon="plus" primary refusal={refusal} onClick={() => void navigate({ to: "/p/$project/templates/new", params: { project }, search: {} })} />;
  return (
    <ListPage>
      <PageHeader title="Rollout templates" note="Where and how rollouts go, kept under a name. Whoever uses one gets a copy: a template that is changed changes no rollout.">
        {create}
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Rollout templates"
          noun="template"
          columns={columns}
          rows={query.data}
          rowId={(template) => template.id}
          empty={
            <Empty icon="copy" title="No templates yet" action={create} command={`sentinel-cp template create careful --batch-percent 10 --max-error-rate 1 --project ${project}`}>
              Gates, portions and targets that have proved themselves: say them once, and start rollouts by the name.
            </Empty>
          }
        />
      )}
      <Confirm
        opened={deleting !== null}
        onClose={() => {
          setDeleting(null);
          remove.reset();
        }}
        title={`Delete ${deleting?.name ?? ""}?`}
        verb="Delete template"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => deleting !== null && remove.mutate(deleting)}
      >
        Rollouts that were made from it stay as they are.
      </Confirm>
    </ListPage>
  );
}

interface Acts {
  edit: (template: RolloutTemplate) => void;
  start: (template: RolloutTemplate) => void;
  mark: (template: RolloutTemplate) => void;
  remove: (template: RolloutTemplate) => void;
}

function place({ target_selector, environment }: RolloutTemplate): string {
  return environment && target_selector.type !== "environment" ? `${targetWords({ target_selector })}, in ${environment.slug}` : targetWords({ target_selector });
}

function columnsFor(project: string, refusal: string | null, acts: Acts): Column<RolloutTemplate>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: 200,
      cell: (template) => (
        <Link to="/p/$project/templates/$templateId" params={{ project, templateId: template.id }} className="link">
          {template.name}
        </Link>
      ),
      text: (template) => template.name,
    },
    { id: "default", header: "Default", width: 90, cell: (template) => (template.is_default ? "default" : <span className="dim">–</span>), text: (template) => (template.is_default ? "default" : "") },
    { id: "target", header: "Nodes", width: 170, cell: place, text: place },
    { id: "manner", header: "Portions", width: 165, cell: mannerWords, text: mannerWords },
    { id: "description", header: "Description", cell: (template) => template.description, text: (template) => template.description },
    { id: "by", header: "Created by", width: 145, cell: (template) => template.created_by, text: (template) => template.created_by },
    { id: "changed", header: "Changed", width: 100, cell: (template) => <Ago at={template.updated_at} />, text: (template) => template.updated_at },
    {
      id: "actions",
      header: "Actions",
      width: 84,
      align: "right",
      cell: (template) => (
        <RowMenu
          label={`Actions for ${template.name}`}
          items={[
            { label: "Start rollout", icon: "rollout", refusal, onClick: () => acts.start(template) },
            { label: "Edit", icon: "settings", refusal, onClick: () => acts.edit(template) },
            { label: template.is_default ? "Not the default any more" : "Make the default", icon: "check", refusal, onClick: () => acts.mark(template) },
            { label: "Delete", icon: "trash", refusal, onClick: () => acts.remove(template) },
          ]}
        />
      ),
    },
  ];
}
