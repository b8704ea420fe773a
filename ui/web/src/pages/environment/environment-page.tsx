import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import { createDefaultEnvironments, deleteEnvironment, environmentsQuery, promotionRulesQuery } from "../../api/environments";
import type { Environment } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { ActionButton } from "../../ui/action-button";
import { Confirm } from "../../ui/confirm";
import { Empty, ErrorPanel, FormError, Loading } from "../../ui/feedback";
import { PageHeader, ScrollPage } from "../../ui/page";
import { EnvironmentDialog } from "./environment-dialog";
import classes from "./environment-page.module.css";
import { Lane } from "./lane";
import { RuleDialog } from "./rule-dialog";
import { RulePanel } from "./rule-panel";

const route = getRouteApi("/app/p/$project/environments");

/** The pipeline: environments as columns in their order, what runs in each, and what goes on to the next one. */
export function EnvironmentPage() {
  const { project } = route.useParams();
  const refusal = useRefusal("admin");
  const operatorRefusal = useRefusal("operator");
  const query = useQuery(environmentsQuery(project));
  const rules = useQuery(promotionRulesQuery(project));
  const [editing, setEditing] = useState<Environment | "new" | null>(null);
  const [deleting, setDeleting] = useState<Environment | null>(null);
  const [ruling, setRuling] = useState(false);
  const refresh = [["environments", project], ["audit"]];
  const defaults = useAction({ run: () => createDefaultEnvironments(project), done: () => "Development, staging and production are there", refresh });
  const remove = useAction({
    run: (environment: Environment) => deleteEnvironment(project, environment.slug),
    done: (_, environment) => `${environment.name} is gone`,
    refresh,
    then: () => setDeleting(null),
  });
  const all = query.data;
  return (
    <ScrollPage>
      <PageHeader title="Environments" note="A bundle goes from left to right: it may go to an environment when a rollout has carried it to every node of those before.">
        {all !== undefined && all.length > 1 && <ActionButton label="Create promotion rule" icon="plus" refusal={operatorRefusal} onClick={() => setRuling(true)} />}
        {all !== undefined && all.length > 0 && <ActionButton label="Create environment" icon="plus" primary refusal={refusal} onClick={() => setEditing("new")} />}
      </PageHeader>
      {all === undefined ? (
        query.isError ? (
          <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
        ) : (
          <Loading />
        )
      ) : all.length === 0 ? (
        <Empty
          icon="environments"
          title="No environments yet"
          command={`sentinel-cp environment defaults --project ${project}`}
          action={
            <Stack gap="xs" align="center">
              <ActionButton label="Create development, staging, production" icon="plus" primary refusal={refusal} loading={defaults.isPending} onClick={() => defaults.mutate(undefined)} />
              <ActionButton label="Create one" icon="plus" refusal={refusal} onClick={() => setEditing("new")} />
              <FormError error={defaults.error} />
            </Stack>
          }
        >
          With them, no bundle reaches production that was not completed in staging first, whoever asks.
        </Empty>
      ) : (
        <>
          {/* A box that scrolls must be reachable by keyboard. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <ol className={classes.lanes} aria-label="Environments in their order" tabIndex={0}>
            {all.map((environment, index) => (
              <Lane
                key={environment.id}
                project={project}
                environment={environment}
                next={all[index + 1]}
                rules={(rules.data ?? []).filter((rule) => rule.source.id === environment.id)}
                refusal={refusal}
                operatorRefusal={operatorRefusal}
                onEdit={() => setEditing(environment)}
                onDelete={() => setDeleting(environment)}
              />
            ))}
          </ol>
          <RulePanel project={project} rules={rules.data} error={rules.data === undefined ? rules.error : null} refusal={operatorRefusal} />
        </>
      )}
      {editing !== null && <EnvironmentDialog project={project} environment={editing === "new" ? null : editing} places={all?.length ?? 0} onClose={() => setEditing(null)} />}
      {ruling && all !== undefined && <RuleDialog project={project} environments={all} onClose={() => setRuling(false)} />}
      <Confirm
        opened={deleting !== null}
        onClose={() => {
          setDeleting(null);
          remove.reset();
        }}
        title={`Delete ${deleting?.name ?? ""}?`}
        verb="Delete environment"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => deleting !== null && remove.mutate(deleting)}
      >
        What was completed in it is forgotten. It is refused as long as nodes, freeze windows, promotion rules or rollouts refer to it.
      </Confirm>
    </ScrollPage>
  );
}
