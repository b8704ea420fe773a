import { Button, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import type { ApiError } from "../../api/error";
import { setSimulator } from "../../api/simulator";
import type { Simulator } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { FormError } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { parseSpread, presetOf, PRESETS, toForm, toRequest, type Values } from "./settings";
import classes from "./simulator-page.module.css";

/** The server's fields, by those of the form. */
const FIELDS = { nodes: "nodes", seed: "seed", labels: "labels", latency_ms: "latency_ms", requests_per_second: "requests_per_second", only_version: "only_version", lasts_minutes: "hours" };

export function SettingsForm({ project, simulator, refusal }: { project: string; simulator: Simulator; refusal: string | null }) {
  const runs = simulator.state === "running";
  const [before] = useState(() => toForm(simulator.settings));
  const form = useForm<Values>({ initialValues: before, validate: { labels: (text) => parseSpread(text).error } });
  const [error, setError] = useState<ApiError | null>(null);
  const save = useAction({
    run: (values: Values) => setSimulator(project, toRequest(values, before, runs)),
    done: () => (runs ? "The nodes follow within a second or two" : "The simulator starts"),
    refresh: [["simulator", project], ["audit"]],
    then: () => form.resetDirty(),
  });
  const stopping = simulator.state === "stopping";
  const refused = refusal ?? (stopping ? "It is stopping; start it again when its nodes are gone" : runs && !form.isDirty() ? "Nothing was changed" : null);
  const preset = presetOf(form.values);
  const share = (field: ShareField) => ({ value: form.values[field], disabled: refusal !== null, onChange: (value: number) => form.setFieldValue(field, value) });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        setError(null);
        save.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, FIELDS)) });
      })}
    >
      <Panel title={runs ? "What goes on with them" : "What they shall be like"}>
        <Stack gap="lg">
          <div className={classes.presets} role="group" aria-label="Presets">
            {PRESETS.map(({ id, label, title, behaviour }) => (
              <Button key={id} size="xs" variant={preset === id ? "light" : "default"} aria-pressed={preset === id} title={title} disabled={refusal !== null} onClick={() => form.setValues(behaviour)}>
                {label}
              </Button>
            ))}
          </div>
          <div className={classes.sliders}>
            <Share {...share("failure_percent")} label="Activations that fail" note="A bundle that a node has run before does not" />
            <Share {...share("slow_percent")} label="Slow nodes" note="They take 20 s longer to activate" />
            <Share {...share("flap_percent")} label="Flapping nodes" note="They fall silent for 45 s now and then" />
            <Share {...share("error_permille")} label="Requests answered with an error" most={1_000} note="Gates and canaries look at it" />
          </div>
          <div className={classes.fields}>
            <NumberInput label="Added latency" suffix=" ms" min={0} max={60_000} step={50} allowDecimal={false} disabled={refusal !== null} {...form.getInputProps("latency_ms")} />
            <NumberInput label="Requests per node" suffix=" / s" min={1} max={10_000} allowDecimal={false} disabled={refusal !== null} {...form.getInputProps("requests_per_second")} />
            <TextInput label="Only with version" placeholder="any bundle" disabled={refusal !== null} {...form.getInputProps("only_version")} />
          </div>
          <div className={classes.fields}>
            <NumberInput label="Nodes" min={1} max={100} allowDecimal={false} disabled={refusal !== null} {...form.getInputProps("nodes")} />
            <NumberInput label={runs ? "Goes on for, from now" : "Goes on for"} placeholder={runs ? "as it is" : "2 hours"} suffix=" hours" min={0.25} max={24} step={1} disabled={refusal !== null} {...form.getInputProps("hours")} />
            {!runs && <NumberInput label="Seed" min={0} max={4_294_967_295} allowDecimal={false} disabled={refusal !== null} {...form.getInputProps("seed")} />}
          </div>
          {!runs && <Textarea label="Labels" description="One per line, with the values that the nodes get in turn, such as zone=a, b, c" autosize minRows={2} maxRows={8} disabled={refusal !== null} {...form.getInputProps("labels")} />}
          <FormError error={error} />
          <div>
            <Button type="submit" loading={save.isPending} disabled={refused !== null} title={refused ?? undefined}>
              {runs ? "Apply changes" : "Start simulator"}
            </Button>
          </div>
        </Stack>
      </Panel>
    </form>
  );
}

type ShareField = "failure_percent" | "slow_percent" | "flap_percent" | "error_permille";

interface ShareProps {
  value: number;
  label: string;
  note: string;
  disabled: boolean;
  onChange: (value: number) => void;
  most?: number;
}

/** A share in percent; with `most` 1000, in tenths of them. */
function Share({ value, label, note, disabled, onChange, most = 100 }: ShareProps) {
  const words = `${most === 1_000 ? value / 10 : value} %`;
  return (
    <label className={classes.slider}>
      <span className={classes.head}>
        <span>{label}</span>
        <span className={classes.shown}>{words}</span>
      </span>
      <input type="range" aria-label={label} aria-valuetext={words} min={0} max={most} step={1} value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.valueAsNumber)} />
      <span className="dim">{note}</span>
    </label>
  );
}
