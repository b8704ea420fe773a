// What simulated nodes are like, as the form has it: presets, labels as lines, and what of it is asked for.
import type { SimulatorSet, SimulatorSettings } from "../../api/types";

export interface Values {
  nodes: number | string;
  seed: number | string;
  /** One label per line: `zone=a, b, c`. */
  labels: string;
  failure_percent: number;
  slow_percent: number;
  flap_percent: number;
  error_permille: number;
  latency_ms: number | string;
  requests_per_second: number | string;
  only_version: string;
  /** Hours from now; empty: as it is. */
  hours: number | string;
}

type Behaviour = Pick<Values, "failure_percent" | "slow_percent" | "flap_percent" | "error_permille" | "latency_ms">;

const HEALTHY: Behaviour = { failure_percent: 0, slow_percent: 0, flap_percent: 0, error_permille: 1, latency_ms: 0 };

/** What one wants to see, in a word. */
export const PRESETS: { id: string; label: string; title: string; behaviour: Behaviour }[] = [
  { id: "healthy", label: "Healthy", title: "Nothing goes wrong", behaviour: HEALTHY },
  { id: "fails", label: "Bad bundle: fails", title: "Six of ten activations fail: the next rollout goes back", behaviour: { ...HEALTHY, failure_percent: 60 } },
  { id: "slow", label: "Slow", title: "Every node takes 20 s longer to activate, and requests take 300 ms longer", behaviour: { ...HEALTHY, slow_percent: 100, latency_ms: 300 } },
  { id: "flapping", label: "Flapping", title: "Three of ten nodes fall silent now and then", behaviour: { ...HEALTHY, flap_percent: 30 } },
  { id: "errors", label: "Errors", title: "One of ten requests is answered with an error", behaviour: { ...HEALTHY, error_permille: 100 } },
];

/** The preset that these values are; undefined: none. */
export function presetOf(values: Values): string | undefined {
  return PRESETS.find(({ behaviour }) => (Object.keys(behaviour) as (keyof Behaviour)[]).every((field) => Number(values[field]) === Number(behaviour[field])))?.id;
}

export function toForm(settings: SimulatorSettings): Values {
  return {
    nodes: settings.nodes,
    seed: settings.seed,
    labels: Object.entries(settings.labels)
      .map(([key, values]) => `${key}=${values.join(", ")}`)
      .join("\n"),
    failure_percent: settings.failure_percent,
    slow_percent: settings.slow_percent,
    flap_percent: settings.flap_percent,
    error_permille: settings.error_permille,
    latency_ms: settings.latency_ms,
    requests_per_second: settings.requests_per_second,
    only_version: settings.only_version ?? "",
    hours: "",
  };
}

/** Labels from their lines, or what is wrong with them. */
export function parseSpread(text: string): { labels: Record<string, string[]>; error: string | null } {
  const labels: Record<string, string[]> = {};
  for (const line of text.split("\n").map((line) => line.trim())) {
    if (line === "") continue;
    const at = line.indexOf("=");
    const values = line
      .slice(at + 1)
      .split(",")
      .map((value) => value.trim());
    if (at < 1 || values.includes("")) return { labels, error: `"${line}" is not of the form zone=a, b, c` };
    labels[line.slice(0, at).trim()] = values;
  }
  return { labels, error: null };
}

/** What is asked for: all of it to start, what was changed while it runs. */
export function toRequest(values: Values, before: Values, running: boolean): SimulatorSet {
  const request: SimulatorSet = {};
  const numbers = ["nodes", "failure_percent", "slow_percent", "flap_percent", "error_permille", "latency_ms", "requests_per_second"] as const;
  for (const field of numbers) if (!running || values[field] !== before[field]) request[field] = Number(values[field]);
  if (!running || values.only_version !== before.only_version) request.only_version = values.only_version.trim();
  if (values.hours !== "") request.lasts_minutes = Math.round(Number(values.hours) * 60);
  if (!running) Object.assign(request, { seed: Number(values.seed), labels: parseSpread(values.labels).labels });
  return request;
}
