import { Group, Modal, NumberInput, Select, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { createPromotionRule } from "../../api/environments";
import type { ApiError } from "../../api/error";
import type { Environment, PromotionRuleCreate, RiskLevel } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";

const FIELDS = { source: "source", target: "target", delay_minutes: "delay", healthy_percent: "healthy", max_risk: "risk", batch_percentage: "percent", strategy: "strategy" };

/** A rule by which bundles go on by themselves. */
export function RuleDialog({ project, environments, onClose }: { project: string; environments: Environment[]; onClose: () => void }) {
  const [error, setError] = useState<ApiError | null>(null);
  const form = useForm({
    initialValues: {
      source: environments[0]?.slug ?? "",
      target: environments[1]?.slug ?? "",
      delay: 30 as number | string,
      healthy: 100 as number | string,
      risk: null as RiskLevel | null,
      strategy: "rolling" as "rolling" | "canary" | "all_at_once",
      percent: 25 as number | string,
    },
  });
  const { values } = form;
  const source = environments.findIndex(({ slug }) => slug === values.source);
  const choices = (list: Environment[]) => list.map(({ slug, name }) => ({ value: slug, label: name }));
  const create = useAction({
    run: () => {
      const body: PromotionRuleCreate = {
        source: values.source,
        target: values.target,
        delay_minutes: Number(values.delay),
        healthy_percent: values.healthy === "" ? null : Number(values.healthy),
        max_risk: values.risk,
        rollout: { strategy: values.strategy, ...(values.strategy === "rolling" ? { batch_percentage: Number(values.percent) } : {}) },
      };
      return createPromotionRule(project, body);
    },
    done: (rule) => `What is completed in ${rule.source.name} goes on to ${rule.target.name}`,
    refresh: [["promotion-rules", project], ["audit"]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title="Create promotion rule" size="lg">
      <form
        onSubmit={form.onSubmit(() => {
          setError(null);
          create.mutate(undefined, { onError: (thrown) => setError(showServerErrors(form, thrown, FIELDS)) });
        })}
      >
        <Stack gap="sm">
          <Group grow align="flex-start">
            <Select label="From" allowDeselect={false} data={choices(environments.slice(0, -1))}
              {...form.getInputProps("source")}
              onChange={(slug) => {
                const from = environments.findIndex((one) => one.slug === slug);
                const behind = environments.slice(from + 1);
                form.setFieldValue("source", slug ?? "");
                // A bundle goes forward only.
                if (!behind.some((one) => one.slug === values.target)) form.setFieldValue("target", behind[0]?.slug ?? "");
              }}
            />
            <Select label="To" allowDeselect={false} data={choices(environments.slice(source + 1))} {...form.getInputProps("target")} />
          </Group>
          <Group grow align="flex-start">
            <NumberInput label="Stays first" description="Before it goes on" min={0} max={43_200} suffix=" min" {...form.getInputProps("delay")} />
            <NumberInput label="Online and on it" description="Nodes of the source; empty: not asked" placeholder="off" min={1} max={100} suffix=" %" {...form.getInputProps("healthy")} />
            <Select
              label="Highest risk"
              description="For the nodes of the target"
              placeholder="Any"
              clearable
              data={[
                { value: "low", label: "Low" },
                { value: "medium", label: "Medium" },
              ]}
              {...form.getInputProps("risk")}
            />
          </Group>
          <Group grow align="flex-start">
            <Select
              label="Strategy"
              allowDeselect={false}
              data={[
                { value: "rolling", label: "Rolling" },
                { value: "canary", label: "Canary" },
                { value: "all_at_once", label: "All at once" },
              ]}
              {...form.getInputProps("strategy")}
            />
            {values.strategy === "rolling" && <NumberInput label="Percent per step" min={1} max={100} suffix=" %" {...form.getInputProps("percent")} />}
          </Group>
          <span className="dim">You count as the author of its rollouts: where approvals are needed, others give them. Freezes hold it as any rollout.</span>
          <FormError error={error} />
          <DialogActions verb="Create rule" busy={create.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
