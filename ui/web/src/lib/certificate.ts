// How a certificate does, and where the configuration names it.
import type { Certificate, ConfigDocument } from "../api/types";
import type { Shown } from "./states";

const DAY_MS = 86_400_000;
/** So much life is little; of what is renewed by itself a sixth of it, when that is less. */
const SOON_MS = 14 * DAY_MS;

type Known = Pick<Certificate, "current" | "acme">;

/** How a certificate does at a moment, by the server's clock. */
export function certificateState({ current, acme }: Known, now: number): Shown {
  if (!current) return acme?.state === "failed" ? { kind: "failed", label: "Not issued" } : { kind: "progressing", label: acme?.state === "ordered" ? "Being issued" : "Asked for" };
  const [from, until] = [Date.parse(current.not_before), Date.parse(current.not_after)];
  if (until <= now) return { kind: "failed", label: "Ended" };
  const soon = until - now < (acme ? Math.min(SOON_MS, (until - from) / 6) : SOON_MS);
  if (acme?.failure) return { kind: soon ? "failed" : "degraded", label: "Renewal failed" };
  if (soon) return { kind: "degraded", label: "Ends soon" };
  if (from > now) return { kind: "degraded", label: "Not begun" };
  return acme?.state === "ordered" ? { kind: "progressing", label: "Being renewed" } : { kind: "ok", label: "Holds" };
}

/** Whom it is for: the names that it has, or those that are asked for. */
export const namesOf = ({ current, acme }: Known): readonly string[] => current?.names ?? acme?.domains ?? [];

/** Who issued it, in one name: its common name where it has one. */
export const issuerName = (issuer: string): string => /(?:^|,\s*)CN=((?:\\.|[^,\\])+)/.exec(issuer)?.[1] ?? issuer;

/** A listener that shows a certificate, and the places in it that say so. */
export interface CertificateUse {
  listener: string;
  fields: string[];
  /** For these names alone; none: for every name that no other one is for. */
  hosts: string[];
}

/** The listeners of a configuration that show a certificate. */
export function usesOf(document: ConfigDocument, slug: string): CertificateUse[] {
  return Object.entries(document.listeners ?? {}).flatMap(([listener, { tls }]) => {
    const isFirst = tls?.certificate === slug;
    const named = (tls?.names ?? []).flatMap(({ certificate, hosts }, place) => (certificate === slug ? [{ field: `tls.names[${place}]`, hosts }] : []));
    const fields = [...(isFirst ? ["tls.certificate"] : []), ...named.map(({ field }) => field)];
    return fields.length === 0 ? [] : [{ listener, fields, hosts: isFirst ? [] : named.flatMap(({ hosts }) => hosts) }];
  });
}
