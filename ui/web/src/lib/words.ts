// Stable words of the API in words for people.
import type { CauseKind, Risk } from "../api/types";
import { shortId } from "./format";

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
  no_bundle_before: "A node has no bundle yet: there is nothing to compare with",
  bundle_before_revoked: "A node runs a bundle that was revoked",
  bundle_before_gone: "A node runs a bundle that this project does not have",
  not_outlined: "A bundle of an older version cannot be compared",
  too_many_bundles_before: "The nodes run too many different bundles to compare with",
};

/** Why a bundle is risky, in a sentence; an unknown reason as it is. */
export function riskReason(word: string): string {
  return RISK[word] ?? sentence(word);
}

/** Against what the risk of a rollout was judged: "judged against 1.0.0 and 1.1.0, which its nodes run". */
export function riskAgainst(risk: Pick<Risk, "against">): string {
  const versions = (risk.against ?? []).map(({ bundle_id, version }) => version ?? `${shortId(bundle_id)} (gone)`);
  if (versions.length === 0) return "judged against nothing: its nodes have no bundle";
  const last = versions.pop();
  return `judged against ${versions.length === 0 ? last : `${versions.join(", ")} and ${last}`}, which its nodes run`;
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
