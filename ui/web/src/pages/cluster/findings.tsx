import type { Cluster } from "../../api/types";
import { severity } from "../../lib/cluster";
import { Panel } from "../../ui/page";
import { State } from "../../ui/state";
import classes from "./cluster-page.module.css";

/** What a look at the cluster found, and what to do about it. */
export function Findings({ cluster }: { cluster: Cluster }) {
  return (
    <Panel title="Health" flush>
      <ul className={classes.findings}>
        {cluster.findings.map((finding) => (
          <li key={`${finding.topic} ${finding.text}`}>
            <State shown={severity(finding)} />
            <span className="dim">{finding.topic}</span>
            <div>
              <div>{finding.text}</div>
              {finding.advice && <div className="dim">{finding.advice}</div>}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
