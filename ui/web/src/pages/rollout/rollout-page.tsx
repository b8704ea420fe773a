import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";

import { rolloutQuery } from "../../api/rollouts";
import type { CanaryConfig, NodeGate, RolloutDetail, RolloutNode } from "../../api/types";
import { BundleLink, NodeLink, RolloutLink } from "../../app/links";
import { ObjectHistory } from "../../app/object-history";
import { useRefusal } from "../../app/workspace";
import { now, useSeconds } from "../../lib/clock";
import { count, latency, number, percent, shortId } from "../../lib/format";
import { gateLine, gateViews, gateWords, worstGate } from "../../lib/gates";
import { isFinal, isWaiting } from "../../lib/rollout-rules";
import { rolloutNode, rolloutOutcome, stepState } from "../../lib/states";
import { otherSlot, shifts, slotName } from "../../lib/slots";
import { targetWords } from "../../lib/target";
import { duration } from "../../lib/time";
import { stageWords } from "../../lib/words";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Id } from "../../ui/copy";
import { type Column, DataTable } from "../../ui/data-table";
import { DetailPage } from "../../ui/detail-page";
import { ErrorPanel, Loading, Note } from "../../ui/feedback";
import { FilterChip } from "../../ui/filters";
import { Flash } from "../../ui/flash";
import { Gauge } from "../../ui/gauge";
import { FactList, Panel, ScrollPage } from "../../ui/page";
import { type BarStep, StepBar } from "../../ui/step-bar";
import { State } from "../../ui/state";
import { ApprovalPanel, RiskPanel } from "../approval/decision";
import { CanaryPanel } from "./canary-panel";
import { CheckPanel } from "./check-panel";
import { DomainPanel } from "./domain-panel";
import classes from "./rollout-page.module.css";
import { Steering } from "./steering";
import { TrafficPanel } from "./traffic-panel";

const route = getRouteApi("/app/p/$project/rollouts/$rolloutId");

export function RolloutPage() {
  const { project, rolloutId } = route.useParams();
  const query = useQuery(rolloutQuery(project, rolloutId));
  if (query.data === undefined) {
    return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="This rollout" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  }
  return <Detail project={project} detail={query.data} />;
}

function Detail({ project, detail }: { project: string; detail: RolloutDetail }) {
  const { rollout, progress } = detail;
  const { tab = "progress" } = route.useSearch();
  const navigate = route.useNavigate();
  const refusal = useRefusal("operator");
  return (
    <DetailPage
      kind={
        <Link to="/p/$project/rollouts" params={{ project }} search={{}} className="link">
          Rollouts
        </Link>
      }
      name={`Rollout of ${rollout.bundle_version}`}
      state={rolloutOutcome(rollout)}
      numbers={[
        { label: "Active", value: <Flash value={progress.active}>{`${number(progress.active)} of ${number(progress.total)}`}</Flash> },
        ...(progress.restored > 0 ? [{ label: "Back", value: <Flash value={progress.restored}>{number(progress.restored)}</Flash> }] : []),
        { label: "Failed", value: <Flash value={progress.failed}>{number(progress.failed)}</Flash> },
        { label: rollout.completed_at ? "Took" : isWaiting(rollout.state) ? "Waiting for" : "Running for", value: <Elapsed from={rollout.started_at} to={rollout.completed_at ?? null} /> },
      ]}
      actions={
        <>
          <Steering project={project} detail={detail} />
          <ActionButton label="Save as template" icon="copy" refusal={refusal} onClick={() => void navigate({ to: "/p/$project/templates/new", params: { project }, search: { rollout: rollout.id } })} />
        </>
      }
      notice={<Notices detail={detail} />}
      tab={tab}
      onTab={(tab) => void navigate({ search: { tab: tab === "progress" ? undefined : tab }, replace: true })}
      tabs={[
        { id: "progress", label: "Progress", content: () => <Progress project={project} detail={detail} /> },
        { id: "history", label: "History", content: () => <ObjectHistory project={project} noun="rollout" id={rollout.id} /> },
      ]}
      aside={<Facts detail={detail} />}
    />
  );
}

function Elapsed({ from, to }: { from: string; to: string | null }) {
  const seconds = useSeconds();
  const end = to === null ? seconds * 1_000 : Date.parse(to);
  return <>{duration(end - Date.parse(from))}</>;
}

function Notices({ detail }: { detail: RolloutDetail }) {
  const { rollout } = detail;
  return (
    <>
      {rollout.error && rollout.state !== "cancelled" && (
        <Note kind={rollout.state === "failed" ? "failed" : "degraded"} title={rollout.state === "failed" ? "Stopped" : rollout.state === "rolled_back" ? "Taken back" : "Being taken back"}>
          {rollout.error.reason}
          {(rollout.error.exceptions ?? []).length > 0 && (
            <ul className={classes.exceptions}>
              {rollout.error.exceptions?.map((exception) => (
                <li key={exception}>{exception}</li>
              ))}
            </ul>
          )}
        </Note>
      )}
      {rollout.state === "paused" && (
        <Note kind="paused" title={`Paused${rollout.by ? ` by ${rollout.by}` : ""}`}>
          Nodes stay as they are. Time in this step does not count until it is resumed.
        </Note>
      )}
      {rollout.state === "cancelled" && rollout.by && (
        <Note kind="info">
          {rollout.superseded_by ? (
            <>
              Superseded by <RolloutLink id={rollout.superseded_by}>another rollout</RolloutLink> of {rollout.by}, which has taken its nodes.
            </>
          ) : (
            `Cancelled by ${rollout.by}${rollout.error ? `: ${rollout.error.reason}` : "."}`
          )}
        </Note>
      )}
      {rollout.state === "pending_approval" && rollout.approval && (
        <Note kind="paused" title={`Waits for ${count(rollout.approval.needed - rollout.approval.given.length, "approval")}`}>
          No node belongs to it yet. Without a decision it ends <Ago at={rollout.approval.expires_at} />.
        </Note>
      )}
      {rollout.state === "scheduled" && !rollout.hold && (
        <Note kind="paused" title="Scheduled">
          It begins <Ago at={rollout.scheduled_at} />. No node belongs to it until then.
        </Note>
      )}
      {rollout.state === "pending" && (
        <Note kind="paused" title="Queued">
          {rollout.waits_for ? (
            <>
              It begins by itself when the <RolloutLink id={rollout.waits_for}>rollout before it</RolloutLink> has ended. No node belongs to it until then.
            </>
          ) : (
            "The rollout before it has ended; it is looked at next."
          )}
        </Note>
      )}
      {rollout.break_glass && (
        <Note kind="degraded" title={`No freeze holds it: ${rollout.break_glass.by} broke the glass`}>
          {rollout.break_glass.reason}
        </Note>
      )}
      {rollout.state === "completed" && rollout.standby_slot && (
        <Note kind="info">
          {slotName(otherSlot(rollout.standby_slot))} runs still what it ran before: rolling back returns its traffic in a moment, as long as nobody has given these nodes anything else.
        </Note>
      )}
      {rollout.hold && (
        <Note kind={rollout.hold.broken ? "failed" : rollout.hold.for_person === true ? "paused" : "info"} title={holdTitle(rollout.hold)}>
          {rollout.hold.reason} <span className="dim">· since <Ago at={rollout.hold.since} /></span>
        </Note>
      )}
    </>
  );
}

function holdTitle({ broken, frozen, for_person }: NonNullable<RolloutDetail["rollout"]["hold"]>): string {
  if (for_person === true) return "Waits for you";
  return broken ? "A gate is broken" : frozen === true ? "Frozen" : "Waiting";
}

function Progress({ project, detail }: { project: string; detail: RolloutDetail }) {
  const { rollout } = detail;
  const { step: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (step: number | undefined): void => void navigate({ search: (before) => ({ ...before, step }), replace: true });
  const steps = useMemo(() => barSteps(detail), [detail]);
  const nodes = useMemo(() => (chosen === undefined ? detail.nodes : stepNodes(detail, chosen)), [detail, chosen]);
  return (
    <>
      <TrafficPanel detail={detail} />
      <StepBar steps={steps} chosen={chosen} onStep={(step) => choose(step === chosen ? undefined : step)} />
      <CanaryPanel detail={detail} />
      <DomainPanel detail={detail} />
      <CheckPanel detail={detail} />
      {!isFinal(rollout.state) && rollout.state !== "rolling_back" && <Gates detail={detail} />}
      <div className={classes.nodes}>
        <DataTable
          label="Nodes of the rollout"
          noun="node"
          columns={rollout.standby_slot ? SLOT_COLUMNS : COLUMNS}
          rows={nodes}
          rowId={(node) => node.node_id}
          onOpen={(node) => void navigate({ to: "/p/$project/nodes/$nodeId", params: { project, nodeId: node.node_id }, search: {} })}
          toolbar={chosen === undefined ? <strong>{count(nodes.length, "node")}</strong> : <FilterChip onRemove={() => choose(undefined)}>Step {chosen + 1}</FilterChip>}
          empty={<p className="dim">No nodes.</p>}
        />
      </div>
    </>
  );
}

/** The nodes of a step; those of a share of the traffic are all that get the bundle. */
function stepNodes(detail: RolloutDetail, index: number): RolloutNode[] {
  if (shifts(detail.steps[index])) return detail.nodes.filter((node) => node.state !== "kept");
  return detail.nodes.filter((node) => node.step === index && node.state !== "kept");
}

function barSteps(detail: RolloutDetail): BarStep[] {
  const byStep = new Map<number, RolloutNode[]>();
  for (const node of detail.nodes) byStep.set(node.step, [...(byStep.get(node.step) ?? []), node]);
  const given = (index: number): RolloutNode[] => (byStep.get(index) ?? []).filter((node) => node.state !== "kept");
  return detail.steps.map((step) => ({
    index: step.step_index,
    shown: stepState(step.state),
    current: step.step_index === detail.rollout.current_step && !isFinal(detail.rollout.state),
    share: shifts(step) && step.deployment_slot ? { slot: step.deployment_slot, percent: step.traffic_weight ?? 0 } : undefined,
    cells: (shifts(step) ? [] : given(step.step_index)).map((node) => ({ id: node.node_id, name: node.name ?? shortId(node.node_id), shown: rolloutNode(node) })),
  }));
}

function Gates({ detail }: { detail: RolloutDetail }) {
  useSeconds();
  const step = detail.steps[detail.rollout.current_step];
  if (step === undefined || step.state === "pending") return null;
  return (
    <Panel title={`Gates of step ${detail.rollout.current_step + 1}`} aside={<span className="dim">the worst node of the step against each bound</span>} flush>
      <div className={classes.gates}>
        {gateViews(detail, now()).map((gate) => (
          <Gauge key={gate.id} label={gate.label} kind={gate.kind} value={gate.value} bound={gate.bound} scale={gate.scale} note={gate.node ?? undefined} />
        ))}
      </div>
    </Panel>
  );
}

/** What the gates say of a node: the worst of them, and all of them on a closer look. */
function NodeGates({ gates }: { gates: readonly NodeGate[] }) {
  const worst = worstGate(gates);
  if (worst === null) return <span className="dim">–</span>;
  return (
    <span title={gates.map(gateLine).join("\n")}>
      <State shown={{ kind: worst.verdict === "broken" ? "failed" : worst.verdict === "pass" ? "ok" : "progressing", label: gateWords(gates) }} />
    </span>
  );
}

const COLUMNS: Column<RolloutNode>[] = [
  { id: "name", header: "Node", width: 170, cell: (node) => (node.status == null && node.name != null ? <span className="dim">{node.name} (gone)</span> : <NodeLink id={node.node_id} name={node.name} />), text: (node) => node.name ?? node.node_id },
  { id: "step", header: "Step", width: 60, align: "right", cell: (node) => (node.state === "kept" ? <span className="dim">–</span> : node.step + 1), text: (node) => (node.state === "kept" ? "" : String(node.step + 1)) },
  {
    id: "state",
    header: "State",
    width: 120,
    cell: (node) => (
      <Flash value={rolloutNode(node).label}>
        <State shown={rolloutNode(node)} />
      </Flash>
    ),
    text: (node) => rolloutNode(node).label,
  },
  {
    id: "generation",
    header: "Generation",
    width: 108,
    cell: (node) => (
      <span title="proven of given">
        {node.effective_generation ?? "–"} <span className="dim">of {node.generation ?? "–"}</span>
      </span>
    ),
    text: (node) => String(node.effective_generation ?? ""),
    hidden: true,
  },
  {
    id: "before",
    header: "Ran before",
    width: 110,
    cell: (node) => (node.previous_bundle_id ? <BundleLink id={node.previous_bundle_id} version={node.previous_version ?? "removed"} /> : <span className="dim">–</span>),
    text: (node) => node.previous_version ?? "",
  },
  {
    id: "slot",
    header: "Slot",
    width: 80,
    cell: (node) => (node.slot ? slotName(node.slot) : <span className="dim">–</span>),
    text: (node) => node.slot ?? "",
    hidden: true,
  },
  {
    id: "weight",
    header: "Weight",
    width: 76,
    align: "right",
    cell: (node) => (node.weight === null || node.weight === undefined ? <span className="dim">–</span> : <Flash value={node.weight}>{`${node.weight} %`}</Flash>),
    text: (node) => String(node.weight ?? ""),
    hidden: true,
  },
  {
    id: "gates",
    header: "Gates",
    width: 130,
    cell: (node) => <NodeGates gates={node.gates ?? []} />,
    text: (node) => gateWords(node.gates ?? []),
  },
  { id: "requests", header: "Requests", width: 90, align: "right", cell: (node) => (node.traffic ? number(node.traffic.requests) : <span className="dim">–</span>), text: (node) => String(node.traffic?.requests ?? "") },
  { id: "errors", header: "5xx", width: 76, align: "right", cell: (node) => (node.traffic ? percent(node.traffic.errors, node.traffic.requests) : <span className="dim">–</span>), text: (node) => String(node.traffic?.errors ?? "") },
  { id: "p99", header: "p99", width: 84, align: "right", cell: (node) => (node.traffic && node.traffic.requests > 0 ? latency(node.traffic.p99_ms) : <span className="dim">–</span>), text: (node) => String(node.traffic?.p99_ms ?? "") },
  {
    id: "failure",
    header: "What went wrong",
    cell: (node) => (node.failure ? <span title={node.failure.message}>{`${stageWords(node.failure.stage)}: ${node.failure.message}`}</span> : null),
    text: (node) => node.failure?.message ?? "",
  },
];

/** Where traffic moves, the slot and the weight of a node are what one looks for. */
const SHOWN: Record<string, boolean> = { slot: true, weight: true, p99: false };
const SLOT_COLUMNS = COLUMNS.map((column) => (column.id in SHOWN ? { ...column, hidden: !SHOWN[column.id] } : column));

function CanaryFacts({ config }: { config: CanaryConfig }) {
  return (
    <Panel title="Compared">
      <FactList
        facts={[
          ["Errors", `at most ${count(config.max_error_rate_rise, "point")} above the other nodes`],
          ["Slow", config.max_slow_rise === null || config.max_slow_rise === undefined ? "not compared" : `at most ${count(config.max_slow_rise, "point")} above the other nodes`],
          ["Confidence", `${number(config.confidence_level * 100)} %`],
          ["Requests", `at least ${number(config.min_requests)} of either group a step`],
          ["Bake", duration(config.bake_seconds * 1_000)],
        ]}
      />
    </Panel>
  );
}

function Facts({ detail }: { detail: RolloutDetail }) {
  const { rollout } = detail;
  const gates = rollout.health_gates;
  const portions =
    rollout.blue_green_config && rollout.standby_slot ? `${rollout.standby_slot} slot, then ${rollout.blue_green_config.traffic_steps.join(" → ")} % of the traffic` : rollout.canary_analysis_config ? `canary, ${rollout.canary_analysis_config.steps.join(" → ")} %` : rollout.strategy === "all_at_once" ? "all at once" : rollout.batch_percentage ? `${rollout.batch_percentage} % a step` : `${count(rollout.batch_size ?? 1, "node")} a step`;
  return (
    <>
      <ApprovalPanel rollout={rollout} />
      <RiskPanel rollout={rollout} />
      <Panel title="Rollout">
        <FactList
          facts={[
            ["Bundle", <BundleLink key="bundle" id={rollout.bundle_id} version={rollout.bundle_version} />],
            ["Target", targetWords(rollout)],
            ...(rollout.environment ? ([["Environment", rollout.environment.name]] as [string, React.ReactNode][]) : []),
            ...(rollout.template ? ([["From the template", rollout.template.name]] as [string, React.ReactNode][]) : []),
            ...(rollout.skip_order ? ([["Order skipped", `by ${rollout.skip_order.by}: ${rollout.skip_order.reason}`]] as [string, React.ReactNode][]) : []),
            ["Portions", portions],
            ...(rollout.failure_domain ? ([["Spread over", rollout.failure_domain]] as [string, React.ReactNode][]) : []),
            ["Unavailable", `${rollout.max_unavailable} allowed${rollout.failure_domain ? ` in each ${rollout.failure_domain}` : ""}`],
            ["Step deadline", duration(rollout.progress_deadline_seconds * 1_000)],
            ...(rollout.on_conflict && rollout.on_conflict !== "refuse" ? ([["On conflict", rollout.on_conflict]] as [string, React.ReactNode][]) : []),
            ...(rollout.rollback_threshold ? ([["Threshold", `${rollout.rollback_threshold} % of all nodes`]] as [string, React.ReactNode][]) : []),
            ...(rollout.auto_advance === false ? ([["Steps go on", "by hand"]] as [string, React.ReactNode][]) : []),
            ["On failure", rollout.auto_rollback ? "take everything back" : "stop there"],
            [isWaiting(rollout.state) ? "Asked for by" : "Started by", rollout.created_by],
            [isWaiting(rollout.state) || rollout.begun === false ? "Asked for" : "Started", <Ago key="started" at={rollout.started_at} />],
            ...(rollout.scheduled_at ? [["Scheduled for", <Ago key="scheduled" at={rollout.scheduled_at} />] as [string, React.ReactNode]] : []),
            ["Id", <Id key="id" id={rollout.id} what="the rollout's id" />],
          ]}
        />
      </Panel>
      {rollout.canary_analysis_config && <CanaryFacts config={rollout.canary_analysis_config} />}
      <Panel title="Gates">
        <FactList
          facts={[
            ["Heartbeat", gates.heartbeat_healthy ? "must be healthy" : "not asked"],
            ["5xx", gates.max_error_rate === null ? "not judged" : `at most ${number(gates.max_error_rate)} %`],
            ["p99", gates.max_latency_ms === null ? "not judged" : `at most ${latency(gates.max_latency_ms)}`],
            ...(gates.max_cpu_percent ? ([["Processor", `at most ${number(gates.max_cpu_percent)} % of one`]] as [string, React.ReactNode][]) : []),
            ...(gates.max_memory_percent ? ([["Memory", `at most ${number(gates.max_memory_percent)} %`]] as [string, React.ReactNode][]) : []),
            ["Requests", gates.max_error_rate === null && gates.max_latency_ms === null ? "–" : `at least ${gates.min_requests}`],
            ["Observe", duration(gates.observe_seconds * 1_000)],
            ...(rollout.blue_green_config ? ([["Each share", duration(rollout.blue_green_config.bake_seconds * 1_000)]] as [string, React.ReactNode][]) : []),
            ["Broken for", duration(gates.fail_after_seconds * 1_000)],
          ]}
        />
      </Panel>
    </>
  );
}
