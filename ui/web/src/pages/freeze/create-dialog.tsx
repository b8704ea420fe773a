import { Group, Modal, MultiSelect, NumberInput, SegmentedControl, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { environmentsQuery } from "../../api/environments";
import type { ApiError } from "../../api/error";
import { createFreeze } from "../../api/freezes";
import type { FreezeWindowCreate, Weekday } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { fromLocal } from "../../lib/local-time";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import { timeZones, usualDays, WEEKDAYS } from "./recurrence";

interface Values {
  name: string;
  reason: string;
  kind: "once" | "weekly";
  from: string;
  until: string;
  weekdays: Weekday[];
  starts: string;
  ends: string;
  days: number | string;
  time_zone: string;
  /** Slug; null: the whole project. */
  environment: string | null;
}

/** The server's fields, by those of the form. */
const FIELDS = {
  name: "name",
  reason: "reason",
  from: "from",
  until: "until",
  "recurrence.weekdays": "weekdays",
  "recurrence.starts": "starts",
  "recurrence.ends": "ends",
  "recurrence.days": "days",
  "recurrence.time_zone": "time_zone",
  environment: "environment",
};

export function CreateDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const zones = useMemo(() => timeZones(), []);
  const form = useForm<Values>({
    initialValues: { name: "", reason: "", kind: "once", from: "", until: "", weekdays: ["fri"], starts: "16:00", ends: "08:00", days: 3, time_zone: zones.own, environment: null },
  });
  const environments = useQuery(environmentsQuery(project));
  const [error, setError] = useState<ApiError | null>(null);
  const create = useAction({
    run: (values: Values) => createFreeze(project, asRequest(values)),
    done: (window) => `${window.name} is created`,
    refresh: [["freeze-windows", project]],
    then: onClose,
  });
  const weekly = form.values.kind === "weekly";
  return (
    <Modal opened onClose={onClose} title="Create freeze window">
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, FIELDS)) });
        })}
      >
        <Stack gap="sm">
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <Textarea label="Reason" description="Whoever is held by it reads this" autosize minRows={2} maxLength={1_000} {...form.getInputProps("reason")} />
          {(environments.data ?? []).length > 0 && (
            <Select label="Environment" description="Holds only what has nodes in it" placeholder="The whole project" clearable data={(environments.data ?? []).map(({ slug, name }) => ({ value: slug, label: name }))} {...form.getInputProps("environment")} />
          )}
          <SegmentedControl
            aria-label="How often"
            data={[
              { value: "once", label: "Once" },
              { value: "weekly", label: "Every week" },
            ]}
            {...form.getInputProps("kind")}
          />
          {weekly && (
            <>
              <MultiSelect label="Begins on" data={WEEKDAYS} required {...form.getInputProps("weekdays")} />
              <Group grow align="flex-start">
                <TextInput type="time" label="At" required {...form.getInputProps("starts")} />
                <TextInput type="time" label="Ends at" required {...form.getInputProps("ends")} />
                <NumberInput label="Days later" min={0} max={7} placeholder={String(usualDays(form.values.starts, form.values.ends))} {...form.getInputProps("days")} />
              </Group>
              <Select label="Time zone" data={zones.all} searchable required allowDeselect={false} limit={100} {...form.getInputProps("time_zone")} />
            </>
          )}
          <Group grow align="flex-start">
            <TextInput type="datetime-local" label="From" description="Your time; now when empty" {...form.getInputProps("from")} />
            <TextInput type="datetime-local" label="Until" description={weekly ? "Your time; a year at most" : "Your time"} required {...form.getInputProps("until")} />
          </Group>
          <FormError error={error} />
          <DialogActions verb="Create window" busy={create.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

function asRequest({ name, reason, kind, from, until, weekdays, starts, ends, days, time_zone, environment }: Values): FreezeWindowCreate {
  return {
    name: name.trim(),
    reason: reason.trim() || null,
    from: fromLocal(from),
    until: fromLocal(until) ?? "",
    environment,
    recurrence: kind === "once" ? null : { weekdays, starts, ends, days: typeof days === "number" ? days : null, time_zone },
  };
}
