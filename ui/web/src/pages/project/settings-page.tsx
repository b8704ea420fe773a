import { Button, Group, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { projectQuery, updateProject } from "../../api/projects";
import type { ApprovalRule, Project, RiskLevel } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { showServerErrors } from "../../lib/form-errors";
import { ActionButton } from "../../ui/action-button";
import { ErrorPanel, FormError, Loading } from "../../ui/feedback";
import { PageHeader, Panel, ScrollPage } from "../../ui/page";

const route = getRouteApi("/app/p/$project/settings");

const RISKS: { value: RiskLevel | "all"; label: string }[] = [
  { value: "all", label: "Every rollout" },
  { value: "low", label: "Low risk or more" },
  { value: "medium", label: "Medium risk or more" },
  { value: "high", label: "High risk" },
];

/** Fields of the request that the form has under another name. */
const FIELDS = { name: "name", description: "description", approval_expires_hours: "hours", drift_remediation: "remediation", drift_delay_seconds: "delay" };

export function SettingsPage() {
  const { project } = route.useParams();
  const query = useQuery(projectQuery(project));
  return (
    <ScrollPage narrow>
      <PageHeader title="Settings" />
      {query.data !== undefined ? (
        <SettingsForm key={query.data.id} project={query.data} />
      ) : query.isError ? (
        <ErrorPanel error={query.error} what="The project" onRetry={() => void query.refetch()} />
      ) : (
        <Loading />
      )}
    </ScrollPage>
  );
}

interface Rule {
  risk: RiskLevel | "all";
  approvals: number | string;
}

const toForm = (rules: readonly ApprovalRule[]): Rule[] => rules.map((rule) => ({ risk: rule.risk_at_least ?? "all", approvals: rule.approvals }));
const toWire = (rules: readonly Rule[]): ApprovalRule[] => rules.map(({ risk, approvals }) => ({ risk_at_least: risk === "all" ? null : risk, approvals: Number(approvals) }));

function SettingsForm({ project }: { project: Project }) {
  const refusal = useRefusal("admin");
  const form = useForm({
    initialValues: { name: project.name, description: project.description, rules: toForm(project.approval_rules ?? []), hours: (project.approval_expires_hours ?? 168) as number | string, remediation: project.drift_remediation ?? "off", delay: (project.drift_delay_seconds ?? 60) as number | string },
  });
  const [error, setError] = useState<ApiError | null>(null);
  const save = useAction({
    run: ({ name, description, rules, hours, remediation, delay }: typeof form.values) =>
      // What was not touched here may have been changed by somebody else meanwhile.
      updateProject(project.slug, {
        ...(form.isDirty("name") ? { name } : {}),
        ...(form.isDirty("description") ? { description } : {}),
        ...(form.isDirty("rules") ? { approval_rules: toWire(rules) } : {}),
        ...(form.isDirty("hours") ? { approval_expires_hours: Number(hours) } : {}),
        ...(form.isDirty("remediation") ? { drift_remediation: remediation } : {}),
        ...(form.isDirty("delay") ? { drift_delay_seconds: Number(delay) } : {}),
      }),
    done: () => "The settings are saved",
    refresh: [["projects", project.slug], ["session"]],
    then: () => form.resetDirty(),
  });
  const { rules } = form.values;
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        setError(null);
        save.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, FIELDS)) });
      })}
    >
      <Stack gap="md">
        <Panel title="Project">
          <Stack gap="sm">
            <TextInput label="Name" required disabled={refusal !== null} {...form.getInputProps("name")} />
            <Textarea label="Description" autosize minRows={2} maxLength={1_000} disabled={refusal !== null} {...form.getInputProps("description")} />
          </Stack>
        </Panel>
        <Panel title="Approvals of rollouts">
          <Stack gap="sm">
            <span className="dim">The rule that asks for most people counts. Who asks for a rollout does not approve it; an API key approves nothing.</span>
            {rules.map((rule, index) => (
              // Rules have no identity of their own.
              // oxlint-disable-next-line react/no-array-index-key
              <Group key={index} align="flex-end" gap="sm">
                <Select aria-label={`Rule ${index + 1}: rollouts`} data={RISKS} allowDeselect={false} w={220} disabled={refusal !== null} {...form.getInputProps(`rules.${index}.risk`)} />
                <NumberInput aria-label={`Rule ${index + 1}: people`} min={1} max={5} w={120} suffix={Number(rule.approvals) === 1 ? " person" : " people"} disabled={refusal !== null} {...form.getInputProps(`rules.${index}.approvals`)} />
                <ActionButton label="Remove" icon="trash" refusal={refusal} onClick={() => form.removeListItem("rules", index)} />
              </Group>
            ))}
            {rules.length === 0 && <span>Nobody must agree: rollouts start at once.</span>}
            <div>
              <ActionButton label="Add rule" icon="plus" refusal={refusal ?? (rules.length >= 10 ? "A project has at most 10 rules" : null)} onClick={() => form.insertListItem("rules", { risk: "high", approvals: 1 })} />
            </div>
            <NumberInput label="Approvals are waited for" description="Then the rollout ends" min={1} max={8_760} suffix=" hours" w={220} disabled={refusal !== null} {...form.getInputProps("hours")} />
          </Stack>
        </Panel>
        <Panel title="Drift">
          <Stack gap="sm">
            <span className="dim">A node drifts when its files or its process are not what it was assigned. Asserting the assignment again makes its agent write and activate it anew, three times at most; then somebody has to look. Never while a rollout has the node, nor in a freeze.</span>
            <Select
              label="When a node drifts"
              data={[
                { value: "off", label: "Only tell" },
                { value: "reassert", label: "Assert the assignment again" },
              ]}
              allowDeselect={false}
              w={260}
              disabled={refusal !== null}
              {...form.getInputProps("remediation")}
            />
            <NumberInput label="After" description="The pauses between tries grow from it" min={1} max={86_400} suffix=" seconds" w={220} disabled={refusal !== null} {...form.getInputProps("delay")} />
          </Stack>
        </Panel>
        <FormError error={error} />
        <div>
          <Button type="submit" loading={save.isPending} disabled={refusal !== null || !form.isDirty()} title={refusal ?? undefined}>
            Save settings
          </Button>
        </div>
      </Stack>
    </form>
  );
}
