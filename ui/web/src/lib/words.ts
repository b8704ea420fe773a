// Stable words of the API in words for people.
import type { CauseKind } from "../api/types";

const RISK: Record<string, string> = {
  first_bundle: "First bundle of the project",
  auth_policy_changed: "An agent that routes ask for permission was changed or removed",
  protection_removed: "A route lost a protection or fails open now",
  tls_config_changed: "TLS settings or certificates were changed or removed",
  waf_changed: "WAF settings were changed",
  route_removed: "A route was removed",
  many_route_changes: "More than ten routes were changed",
  upstream_removed: "An upstream was removed",
  listener_changed: "A listener was changed or removed",
  rate_limit_changed: "A rate limit was changed or removed",
  size_jump: "The configuration more than doubled or halved",
};

/** Why a bundle is risky, in a sentence; an unknown reason as it is. */
export function riskReason(word: string): string {
  return RISK[word] ?? sentence(word);
}

/** `rollout.step_started` → `Rollout step started`. */
export function actionWords(action: string): string {
  return sentence(action.replace(".", " "));
}

/** `config_reload` → `Config reload`. */
export function sentence(word: string): string {
  const spaced = word.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

const STAGE: Record<string, string> = {
  download: "while fetching the archive",
  verify: "while checking digest, signature and generation",
  stage: "while unpacking",
  test: "in the proxy's own test of the file",
  activate: "while the proxy reloaded",
  prove: "when the proxy was probed",
};

/** How far an activation came. */
export function stageWords(stage: string): string {
  return STAGE[stage] ?? `at ${stage}`;
}

const CAUSE: Record<CauseKind, string> = {
  direct: "assigned directly",
  baseline: "baseline of the project",
  rollout: "by a rollout",
  rollback: "taken back by a rollout",
};

export function causeWords(cause: CauseKind): string {
  return CAUSE[cause];
}
