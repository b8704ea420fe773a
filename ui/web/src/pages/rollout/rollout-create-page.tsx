import { Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { bundlesQuery } from "../../api/bundles";
import { type ApiError, asApiError } from "../../api/error";
import { rolloutPlanQuery, startRollout } from "../../api/rollouts";
import { templatesQuery } from "../../api/templates";
import type { RolloutCreate, RolloutTemplate } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { showServerErrors } from "../../lib/form-errors";
import { count } from "../../lib/format";
import { ActionButton } from "../../ui/action-button";
import { FormError } from "../../ui/feedback";
import { PageHeader, Panel, ScrollPage } from "../../ui/page";
import { PlanView } from "./plan-view";
import { RehearsalPanel } from "./rehearsal-panel";
import classes from "./rollout-create-page.module.css";
import { ConflictField, MannerFields, WhereFields } from "./rollout-fields";
import { DEFAULTS, FIELDS, type RolloutForm, rolloutRequest } from "./rollout-form";
import { formOf, templateRequest } from "./rollout-settings";

const route = getRouteApi("/app/p/$project/rollouts/new");
const PAUSE_MS = 350;

export function RolloutCreatePage() {
  const { project } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const refusal = useRefusal("operator");
  const adminRefusal = useRefusal("admin");
  const bundles = useInfiniteQuery(bundlesQuery(project, { status: "compiled" }));
  const templates = useQuery(templatesQuery(project));
  // What whoever came here has chosen already.
  const [given] = useState<Partial<RolloutForm>>(() => ({
    ...(search.environment === undefined ? {} : { target: "all", environment: search.environment }),
    ...(search.nodes === undefined ? {} : { target: "nodes", nodes: search.nodes, environment: null }),
    ...(search.groups === undefined ? {} : { target: "groups", groups: search.groups, environment: null }),
  }));
  const form = useForm<RolloutForm>({ initialValues: { ...DEFAULTS, ...given, bundle: search.bundle ?? null } });
  const { values } = form;
  // As it was when it was chosen: what differs from that is what somebody has changed here.
  const [template, setTemplate] = useState<RolloutTemplate | null>(null);
  const begun = useRef(false);
  const { setValues } = form;
  const choose = useCallback(
    (next: RolloutTemplate | null): void => {
      setTemplate(next);
      setValues(({ bundle = null, at = "", breakGlass = "", skipOrder = "" }) => ({ ...DEFAULTS, ...(next === null ? {} : formOf(next)), ...given, bundle, at, breakGlass, skipOrder }));
    },
    [setValues, given],
  );
  useEffect(() => {
    if (begun.current || templates.data === undefined) return;
    begun.current = true;
    const first = templates.data.find(({ id, is_default }) => (search.template === undefined ? is_default : id === search.template));
    if (first !== undefined) choose(first);
  }, [templates.data, search.template, choose]);
  const newest = bundles.data?.[0]?.id;
  const { setFieldValue } = form;
  useEffect(() => {
    if (values.bundle === null && newest !== undefined) setFieldValue("bundle", newest);
  }, [values.bundle, newest, setFieldValue]);

  const request = useMemo(() => (template === null ? rolloutRequest(values) : templateRequest(template, values)), [template, values]);
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
            <div className={classes.even}>
            <Select
              label="Bundle"
              searchable
              placeholder={bundles.data?.length === 0 ? "There is no bundle yet" : "Choose a version"}
              data={(bundles.data ?? []).map((bundle) => ({ value: bundle.id, label: bundle.version }))}
              {...form.getInputProps("bundle")}
            />
            {(templates.data ?? []).length > 0 && (
              <Select
                label="Template"
                searchable
                clearable
                placeholder="None: as it usually is"
                data={(templates.data ?? []).map(({ id, name, is_default }) => ({ value: id, label: is_default ? `${name} (default)` : name }))}
                value={template?.id ?? null}
                onChange={(id) => choose(templates.data?.find((one) => one.id === id) ?? null)}
              />
            )}
            </div>
            {template?.description && <span className="dim">{template.description}</span>}
          </Panel>
          <WhereFields project={project} form={form} />
          <MannerFields form={form} />
          <Panel title="When">
            <div className={classes.fields}>
              <ConflictField form={form} />
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
