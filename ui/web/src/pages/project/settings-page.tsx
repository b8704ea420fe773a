import { Button, NumberInput, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { projectQuery, updateProject } from "../../api/projects";
import type { Project } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { showServerErrors } from "../../lib/form-errors";
import { ErrorPanel, FormError, Loading } from "../../ui/feedback";
import { PageHeader, Panel, ScrollPage } from "../../ui/page";
import { ApprovalRules, toForm, toWire } from "./approval-rules";

const route = getRouteApi("/app/p/$project/settings");

/** Fields of the request that the form has under another name. */
const FIELDS = { name: "name", description: "description", approval_expires_hours: "hours", checks_allow_private: "privately", drift_remediation: "remediation", drift_delay_seconds: "delay", sandbox: "sandbox" };

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

function SettingsForm({ project }: { project: Project }) {
  const refusal = useRefusal("admin");
  const form = useForm({
    initialValues: { name: project.name, description: project.description, rules: toForm(project.approval_rules ?? []), hours: (project.approval_expires_hours ?? 168) as number | string, remediation: project.drift_remediation ?? "off", delay: (project.drift_delay_seconds ?? 60) as number | string , privately: project.checks_allow_private ?? false, sandbox: project.sandbox ?? false },
  });
  const [error, setError] = useState<ApiError | null>(null);
  const save = useAction({
    run: ({ name, description, rules, hours, privately, remediation, delay, sandbox }: typeof form.values) =>
      // What was not touched here may have been changed by somebody else meanwhile.
      updateProject(project.slug, {
        ...(form.isDirty("name") ? { name } : {}),
        ...(form.isDirty("description") ? { description } : {}),
        ...(form.isDirty("rules") ? { approval_rules: toWire(rules) } : {}),
        ...(form.isDirty("hours") ? { approval_expires_hours: Number(hours) } : {}),
        ...(form.isDirty("privately") ? { checks_allow_private: privately } : {}),
        ...(form.isDirty("sandbox") ? { sandbox } : {}),
        ...(form.isDirty("remediation") ? { drift_remediation: remediation } : {}),
        ...(form.isDirty("delay") ? { drift_delay_seconds: Number(delay) } : {}),
      }),
    done: () => "The settings are saved",
    refresh: [["projects", project.slug], ["session"]],
    then: () => form.resetDirty(),
  });
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
            <ApprovalRules rules={form.values.rules} refusal={refusal} none="Nobody must agree: rollouts start at once." onChange={(rules) => form.setFieldValue("rules", rules)} />
            <NumberInput label="Approvals are waited for" description="Then the rollout ends" min={1} max={8_760} suffix=" hours" w={220} disabled={refusal !== null} {...form.getInputProps("hours")} />
          </Stack>
        </Panel>
        <Panel title="Checks of rollouts">
          <Switch
            label="May go to private addresses"
            description="Checks are made by the members of the cluster. Whoever may start a rollout can then see which services answer in their networks. Loopback, link-local and metadata addresses are never asked."
            disabled={refusal !== null}
            {...form.getInputProps("privately", { type: "checkbox" })}
          />
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
        <Panel title="Sandbox">
          <Switch
            label="A place to try things"
            description="The cluster can play nodes in a sandbox. A project with real nodes does not become one, and one with a simulator stays one until that is stopped."
            disabled={refusal !== null}
            {...form.getInputProps("sandbox", { type: "checkbox" })}
          />
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
