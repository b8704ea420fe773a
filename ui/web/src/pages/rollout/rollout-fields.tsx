import { MultiSelect, NumberInput, SegmentedControl, Select, Switch, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";

import { environmentsQuery } from "../../api/environments";
import { groupsQuery } from "../../api/groups";
import type { OnConflict } from "../../api/types";
import { parseLabels } from "../../lib/labels";
import { Panel } from "../../ui/page";
import { NodesField } from "../node/nodes-field";
import classes from "./rollout-create-page.module.css";
import type { RolloutForm } from "./rollout-form";

type Form = UseFormReturnType<RolloutForm>;

/** Which nodes. */
export function WhereFields({ project, form }: { project: string; form: Form }) {
  const { values, setFieldValue } = form;
  const environments = useQuery(environmentsQuery(project));
  const groups = useQuery({ ...groupsQuery(project), enabled: values.target === "groups" });
  const labelsError = values.target === "labels" ? parseLabels(values.labels).error : null;
  return (
    <Panel title="Where">
      <div className={classes.fields}>
        <SegmentedControl
          aria-label="Target"
          data={[
            { value: "all", label: "Every node" },
            { value: "labels", label: "By labels" },
            { value: "groups", label: "By groups" },
            { value: "nodes", label: "Chosen nodes" },
          ]}
          {...form.getInputProps("target")}
        />
        {values.target === "labels" && (
          <TextInput label="Labels" description="Nodes that carry all of them" placeholder="site=fra, env=prod" {...form.getInputProps("labels")} error={labelsError ?? form.errors.labels} />
        )}
        {values.target === "groups" && (
          <MultiSelect
            label="Groups"
            description="Nodes that belong to any of them now"
            searchable
            data={(groups.data ?? []).map((group) => ({ value: group.id, label: `${group.name} (${group.nodes})` }))}
            nothingFoundMessage="No group is called that"
            {...form.getInputProps("groups")}
          />
        )}
        {values.target === "nodes" && <NodesField project={project} label="Nodes" value={values.nodes} onChange={(nodes) => setFieldValue("nodes", nodes)} error={form.errors.nodes} />}
        {(environments.data ?? []).length > 0 && (
          <Select
            label="Environment"
            description="Of these, only nodes in it"
            placeholder="Wherever they are"
            clearable
            data={(environments.data ?? []).map(({ slug, name }) => ({ value: slug, label: name }))}
            {...form.getInputProps("environment")}
          />
        )}
      </div>
    </Panel>
  );
}

/** In which portions, under which gates, and what follows when a step fails. */
export function MannerFields({ form }: { form: Form }) {
  const { values } = form;
  const judges = values.errorRate !== "" || values.latency !== "";
  return (
    <>
      <Panel title="In which portions">
        <div className={classes.fields}>
          <div className={classes.row}>
            <SegmentedControl
              aria-label="Portions"
              data={[
                { value: "nodes", label: "Nodes per step" },
                { value: "percent", label: "Percent per step" },
                { value: "canary", label: "Canary" },
                { value: "blue_green", label: "Blue-green" },
                { value: "once", label: "All at once" },
              ]}
              {...form.getInputProps("batch")}
            />
            {(values.batch === "nodes" || values.batch === "percent") && (
              <NumberInput aria-label={values.batch === "percent" ? "Percent per step" : "Nodes per step"} min={1} max={values.batch === "percent" ? 100 : undefined} w={90} suffix={values.batch === "percent" ? " %" : ""} {...form.getInputProps("batchSize")} />
            )}
          </div>
          {values.batch === "canary" && (
            <>
              <div className={classes.even}>
                <TextInput label="Steps" description="Percent of the nodes that have the bundle" placeholder="5, 25, 50, 100" {...form.getInputProps("canarySteps")} />
                <NumberInput label="Compare for" description="In each step, both groups at the same time" min={0} suffix=" s" {...form.getInputProps("bake")} />
                <NumberInput label="Requests" description="Of either group in a step; with fewer it waits" min={1} {...form.getInputProps("canaryRequests")} />
              </div>
              <div className={classes.even}>
                <NumberInput label="More errors allowed" description="Points above the other nodes" min={0} max={50} decimalScale={2} {...form.getInputProps("errorRise")} />
                <NumberInput label="More slow answers" description="Points above; empty: not compared" placeholder="off" min={0} max={50} decimalScale={2} {...form.getInputProps("slowRise")} />
                <Select
                  label="Confidence"
                  description="That a good bundle stays"
                  allowDeselect={false}
                  data={confidences(values.confidence)}
                  {...form.getInputProps("confidence")}
                />
              </div>
              <span className="dim">Nodes with the bundle are compared with those that do not have it yet. When they are worse, the step fails at once.</span>
            </>
          )}
          {values.batch === "blue_green" && (
            <>
              <div className={classes.even}>
                <TextInput label="Shares" description="Percent of the traffic that the new bundle gets" placeholder="10, 50, 100" {...form.getInputProps("trafficSteps")} />
                <NumberInput label="Observe for" description="Each share, before the next one" min={0} suffix=" s" {...form.getInputProps("bake")} />
              </div>
              <span className="dim">The slot without traffic gets the bundle, and then the traffic. The other one keeps what it runs, so the way back is instant.</span>
            </>
          )}
          <div className={classes.even}>
            {values.batch !== "once" && <TextInput label="Spread over" description="Label of failure domains: no step takes all of one" placeholder="zone" {...form.getInputProps("failureDomain")} />}
            <NumberInput label="May be unavailable" description={values.failureDomain === "" ? "Nodes of a step that may be offline or fail without stopping it" : "Nodes of each domain that may be offline or fail without stopping it"} min={0} {...form.getInputProps("maxUnavailable")} />
            <NumberInput label="Step deadline" description="Longest time that a step may take; pauses do not count" min={1} suffix=" s" {...form.getInputProps("deadline")} />
          </div>
          <Switch
            label="Ask before each step"
            description="Each step after the first begins when a person says so; what has the bundle is judged meanwhile."
            {...form.getInputProps("byHand", { type: "checkbox" })}
          />
        </div>
      </Panel>
      <Panel title="Gates between steps">
        <div className={classes.fields}>
          <Switch label="A fresh heartbeat must call the proxy healthy" {...form.getInputProps("heartbeat", { type: "checkbox" })} />
          <div className={classes.even}>
            <NumberInput label="Highest share of 5xx" placeholder="off" min={0} max={100} decimalScale={2} suffix=" %" {...form.getInputProps("errorRate")} />
            <NumberInput label="Highest p99 latency" placeholder="off" min={1} suffix=" ms" {...form.getInputProps("latency")} />
            <NumberInput label="Requests to judge by" disabled={!judges} min={0} {...form.getInputProps("minRequests")} />
          </div>
          <div className={classes.even}>
            <NumberInput label="Most processor time" description="Of one processor, by the proxy" placeholder="off" min={1} suffix=" %" {...form.getInputProps("cpu")} />
            <NumberInput label="Most memory" description="Of the machine's, by the proxy" placeholder="off" min={1} max={100} suffix=" %" {...form.getInputProps("memory")} />
          </div>
          <div className={classes.even}>
            <NumberInput label="Observe each node" description="After its switch, before the next step" min={0} suffix=" s" {...form.getInputProps("observe")} />
            <NumberInput label="Broken for" description="Before a broken gate fails the step" min={0} suffix=" s" {...form.getInputProps("failAfter")} />
          </div>
          <Textarea
            label="Checks"
            description="What must answer 3 times in a row while each step is observed, one in a line: a name, a URL, and if need be the status and what the body contains"
            placeholder="checkout https://shop.example.com/health 200-299"
            autosize
            minRows={1}
            {...form.getInputProps("checks")}
          />
          <span className="dim">Missing data, stale data and data from before the switch never pass a gate.</span>
        </div>
      </Panel>
      <Panel title="When a step fails">
        <div className={classes.fields}>
          <Switch
            label="Take everything back by itself"
            description="Each node gets the bundle that it ran before, in waves. Otherwise the rollout stops where it is."
            {...form.getInputProps("autoRollback", { type: "checkbox" })}
          />
          <div className={classes.even}>
            <NumberInput label="Threshold" description="Share of all the nodes: when as many have failed, it fails at once, however many each step may lose" placeholder="off" min={1} max={100} suffix=" %" {...form.getInputProps("threshold")} />
          </div>
        </div>
      </Panel>
    </>
  );
}

/** What happens when another rollout has its nodes. */
export function ConflictField({ form }: { form: Form }) {
  return (
    <Select
      label="When another rollout has nodes of it"
      description={CONFLICTS[form.values.onConflict].what}
      allowDeselect={false}
      data={Object.entries(CONFLICTS).map(([value, { label }]) => ({ value, label }))}
      {...form.getInputProps("onConflict")}
    />
  );
}

/** The usual ones, and the one that somebody else has chosen. */
function confidences(chosen: string) {
  const all = [...new Set(["0.95", "0.99", "0.999", chosen])].filter((value) => value !== "");
  return all.map((value) => ({ value, label: `${Number((Number(value) * 100).toFixed(4))} %` }));
}

/** What can be done about nodes that belong to another rollout. */
const CONFLICTS: Record<OnConflict, { label: string; what: string }> = {
  refuse: { label: "Do not start", what: "Wait for the other one to end, or cancel it first" },
  queue: { label: "Queue", what: "It begins by itself when every node is free; first come, first served" },
  supersede: { label: "Supersede", what: "The other one is stopped where it is, and this one takes its nodes" },
};
