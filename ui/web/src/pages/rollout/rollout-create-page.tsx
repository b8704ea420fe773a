import { MultiSelect, NumberInput, SegmentedControl, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";

import { bundlesQuery } from "../../api/bundles";
import { environmentsQuery } from "../../api/environments";
import { type ApiError, asApiError } from "../../api/error";
import { groupsQuery } from "../../api/groups";
import { rolloutPlanQuery, startRollout } from "../../api/rollouts";
import type { OnConflict, RolloutCreate } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { showServerErrors } from "../../lib/form-errors";
import { count } from "../../lib/format";
import { parseLabels } from "../../lib/labels";
import { ActionButton } from "../../ui/action-button";
import { FormError } from "../../ui/feedback";
import { PageHeader, Panel, ScrollPage } from "../../ui/page";
import { NodesField } from "../node/nodes-field";
import { PlanView } from "./plan-view";
import { RehearsalPanel } from "./rehearsal-panel";
import classes from "./rollout-create-page.module.css";
import { DEFAULTS, FIELDS, type RolloutForm, rolloutRequest } from "./rollout-form";

const route = getRouteApi("/app/p/$project/rollouts/new");
const PAUSE_MS = 350;

export function RolloutCreatePage() {
  const { project } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const refusal = useRefusal("operator");
  const adminRefusal = useRefusal("admin");
  const bundles = useInfiniteQuery(bundlesQuery(project, { status: "compiled" }));
  const environments = useQuery(environmentsQuery(project));
  const form = useForm<RolloutForm>({
    initialValues: {
      ...DEFAULTS,
      bundle: search.bundle ?? null,
      environment: search.environment ?? null,
      ...(search.nodes === undefined ? {} : { target: "nodes", nodes: search.nodes }),
      ...(search.groups === undefined ? {} : { target: "groups", groups: search.groups }),
    },
  });
  const { values } = form;
  const groups = useQuery({ ...groupsQuery(project), enabled: values.target === "groups" });
  const newest = bundles.data?.[0]?.id;
  const { setFieldValue } = form;
  useEffect(() => {
    if (values.bundle === null && newest !== undefined) setFieldValue("bundle", newest);
  }, [values.bundle, newest, setFieldValue]);

  const request = useMemo(() => rolloutRequest(values), [values]);
  const settled = useSettled(request);
  const plan = useQuery({ ...rolloutPlanQuery(project, settled ?? NOTHING), enabled: settled !== null && refusal === null });
  const refused = plan.error !== null && !plan.isFetching;
  const current = settled !== null && settled === request && plan.data !== undefined && !plan.isFetching;

  const [elsewhere, setElsewhere] = useState<ApiError | null>(null);
  const { setErrors } = form;
  useEffect(() => {
    setElsewhere(plan.error === null ? null : showServerErrors({ setErrors }, plan.error, FIELDS));
  }, [plan.error, setErrors]);

  const start = useAction({
    run: (body: RolloutCreate) => startRollout(project, body),
    refresh: [["rollouts", project], ["overview", project]],
    then: (rollout) => void navigate({ to: "/p/$project/rollouts/$rolloutId", params: { project, rolloutId: rollout.id }, search: {} }),
  });
  const startError = start.error === null ? null : asApiError(start.error);
  const nodes = plan.data?.steps.reduce((sum, step) => sum + (step.traffic_weight ? 0 : step.nodes.length), 0) ?? 0;
  const steps = plan.data?.steps.length ?? 0;
  const blocked =
    refusal ?? (request === null ? "Choose a bundle and nodes first" : refused ? "No plan can be made of this" : !current ? "The plan is being made" : nodes === 0 ? "The plan has no node" : plan.data?.out_of_order ? "An environment would be skipped" : null);
  const judges = values.errorRate !== "" || values.latency !== "";
  const labelsError = values.target === "labels" ? parseLabels(values.labels).error : null;

  return (
    <ScrollPage>
      <PageHeader title="Start rollout" />
      <div className={classes.columns}>
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (blocked === null && settled !== null) start.mutate(settled);
          }}
        >
          <Panel title="What">
            <Select
              label="Bundle"
              searchable
              placeholder={bundles.data?.length === 0 ? "There is no bundle yet" : "Choose a version"}
              data={(bundles.data ?? []).map((bundle) => ({ value: bundle.id, label: bundle.version }))}
              {...form.getInputProps("bundle")}
            />
          </Panel>
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
                      data={[
                        { value: "0.95", label: "95 %" },
                        { value: "0.99", label: "99 %" },
                        { value: "0.999", label: "99.9 %" },
                      ]}
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
          <Panel title="When">
            <div className={classes.fields}>
              <Select
                label="When another rollout has nodes of it"
                description={CONFLICTS[values.onConflict].what}
                allowDeselect={false}
                data={Object.entries(CONFLICTS).map(([value, { label }]) => ({ value, label }))}
                {...form.getInputProps("onConflict")}
              />
              <TextInput type="datetime-local" label="Begin at" description="Your time; at once when empty" {...form.getInputProps("at")} />
              {(plan.data?.out_of_order || values.skipOrder !== "") && adminRefusal === null && (
                <TextInput label="Skip the order of environments" description="Why it goes past an environment; kept with the rollout and in the audit log" maxLength={1_000} {...form.getInputProps("skipOrder")} />
              )}
              {plan.data?.frozen && adminRefusal === null && (
                <TextInput label="Break the glass" description="Why it goes through every freeze; kept with the rollout and in the audit log" maxLength={1_000} {...form.getInputProps("breakGlass")} />
              )}
            </div>
          </Panel>
        </form>
        <div className={classes.plan}>
          <Panel title="Plan" aside={plan.data !== undefined && !refused && <span className="dim">{current ? "as of now" : "being made…"}</span>} flush>
            <PlanView plan={plan.data} waiting={request === null} refused={refused} settling={!current} />
            <div className={classes.start}>
              <FormError error={elsewhere ?? startError} />
              <ActionButton
                primary
                icon="rollout"
                label={current && nodes > 0 ? `Start rollout: ${count(nodes, "node")} in ${count(steps, "step")}` : "Start rollout"}
                refusal={blocked}
                loading={start.isPending}
                onClick={() => settled !== null && start.mutate(settled)}
              />
            </div>
          </Panel>
          <RehearsalPanel project={project} request={settled} refusal={refusal ?? (settled === null ? "Choose a bundle and nodes first" : refused ? "No plan can be made of this" : null)} />
        </div>
      </div>
    </ScrollPage>
  );
}

/** What can be done about nodes that belong to another rollout. */
const CONFLICTS: Record<OnConflict, { label: string; what: string }> = {
  refuse: { label: "Do not start", what: "Wait for the other one to end, or cancel it first" },
  queue: { label: "Queue", what: "It begins by itself when every node is free; first come, first served" },
  supersede: { label: "Supersede", what: "The other one is stopped where it is, and this one takes its nodes" },
};

/** Stands in for a request while there is none; never sent. */
const NOTHING: RolloutCreate = { bundle_id: "", target_selector: { type: "all" } };

/** The value once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
