import type { Certificate, CertificateVersion } from "../../api/types";
import { useSeconds } from "../../lib/clock";
import { percent } from "../../lib/format";
import { exact } from "../../lib/time";
import { Ago } from "../../ui/ago";
import { StateShape } from "../../ui/state";
import { useCertificateState } from "./ends";
import classes from "./validity.module.css";

/** The life of a certificate as a bar: how much of it is over, and when it is renewed. */
export function Validity({ certificate, version }: { certificate: Certificate; version: CertificateVersion }) {
  const now = useSeconds() * 1_000;
  const state = useCertificateState(certificate);
  const [from, until] = [Date.parse(version.not_before), Date.parse(version.not_after)];
  const share = (moment: number): number => Math.max(0, Math.min(1, (moment - from) / (until - from)));
  const over = share(now);
  const next = certificate.acme?.next_attempt_at;
  const renewal = next && Date.parse(next) > now && Date.parse(next) < until ? next : null;
  return (
    <div className={classes.validity}>
      <div className={classes.head}>
        <span className={classes.left}>
          <StateShape kind={state.kind} /> {until <= now ? "It has ended" : `${percent(Math.round(over * 1_000), 1_000)} of its life is over`}
        </span>
        {renewal !== null && (
          <span className="dim">
            next order <Ago at={renewal} />
          </span>
        )}
      </div>
      <div className={classes.track} aria-hidden="true">
        <div className={`${classes.over} ${classes[state.kind] ?? ""}`} style={{ width: `${over * 100}%` }} />
        {renewal !== null && <div className={classes.renewal} style={{ left: `${share(Date.parse(renewal)) * 100}%` }} />}
      </div>
      <div className={`dim ${classes.foot}`}>
        <time dateTime={version.not_before}>from {exact(version.not_before)}</time>
        <time dateTime={version.not_after}>until {exact(version.not_after)}</time>
      </div>
    </div>
  );
}
