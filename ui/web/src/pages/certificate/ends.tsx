import type { Certificate } from "../../api/types";
import { certificateState } from "../../lib/certificate";
import { useSeconds } from "../../lib/clock";
import type { Shown } from "../../lib/states";
import { Ago } from "../../ui/ago";
import { State } from "../../ui/state";
import classes from "./ends.module.css";

/** How a certificate does, kept current. */
export function useCertificateState(certificate: Pick<Certificate, "current" | "acme">): Shown {
  return certificateState(certificate, useSeconds() * 1_000);
}

/** When it ends, with a word where somebody should know more. */
export function Ends({ certificate }: { certificate: Certificate }) {
  const state = useCertificateState(certificate);
  return (
    <span className={classes.ends}>
      {certificate.current && <Ago at={certificate.current.not_after} />}
      {(state.kind !== "ok" || !certificate.current) && <State shown={state} />}
    </span>
  );
}
