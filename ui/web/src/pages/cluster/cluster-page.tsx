import { useQuery } from "@tanstack/react-query";

import { clusterQuery } from "../../api/cluster";
import type { Cluster } from "../../api/types";
import { useClusterRefusal } from "../../app/workspace";
import { clusterHealth, lossesBorne } from "../../lib/cluster";
import { bytes, count, number } from "../../lib/format";
import { Ago } from "../../ui/ago";
import { Id } from "../../ui/copy";
import { CommandLine, ErrorPanel, Loading, Note } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { FactList, PageHeader, Panel, ScrollPage } from "../../ui/page";
import classes from "./cluster-page.module.css";
import { Findings } from "./findings";
import { JoinTokens } from "./join-tokens";
import { Level } from "./level";
import { MemberTable } from "./member-table";

export function ClusterPage() {
  const query = useQuery(clusterQuery);
  return (
    <ScrollPage>
      <PageHeader title="Cluster" note="The members that keep the truth. Any of them answers you and the nodes; the leader schedules rollouts." />
      {query.isPending && <Loading />}
      {query.isError && query.data === undefined && <ErrorPanel error={query.error} what="The cluster" onRetry={() => void query.refetch()} />}
      {query.data !== undefined && <Content cluster={query.data} />}
    </ScrollPage>
  );
}

function Content({ cluster }: { cluster: Cluster }) {
  const refusal = useClusterRefusal();
  const health = clusterHealth(cluster);
  const voters = cluster.members.filter((member) => member.voter).length;
  const tolerated = lossesBorne(voters);
  return (
    <div className={classes.grid}>
      <div className={classes.main}>
        <Note kind={health.shown.kind === "ok" ? "ok" : health.shown.kind === "failed" ? "failed" : "degraded"} title={health.shown.kind === "ok" ? "Ready for writes" : health.shown.label}>
          {health.shown.label === "Look here" ? "What was found is below, with what to do" : health.detail}.{health.shown.kind === "ok" && ` ${count(voters, "voter")}: ${tolerated === 0 ? "none" : tolerated} may be lost without losing an acknowledged write or the ability to write.`}
        </Note>
        <MemberTable cluster={cluster} />
        <Findings cluster={cluster} />
        {refusal === null && <JoinTokens />}
      </div>
      <div className={`${classes.main} ${classes.facts}`}>
        <Panel title="Replicated log">
          <FactList
            facts={[
              ["Term", <Flash key="term" value={cluster.term}>{number(cluster.term)}</Flash>],
              ["Committed", number(cluster.committed)],
              ["Applied here", number(cluster.applied)],
              ["Newest snapshot", cluster.snapshot === 0 ? "none yet" : `at ${number(cluster.snapshot)}`],
            ]}
          />
        </Panel>
        <BackupPanel cluster={cluster} />
        <Panel title="Formation">
          <FactList
            facts={[
              ["Version here", cluster.version],
              ["Feature level", <Level key="level" cluster={cluster} />],
              ["Formed", <Ago key="formed" at={cluster.formed_at} />],
              ["Epoch", <Epoch key="epoch" cluster={cluster} />],
              ["Id", cluster.cluster_id ? <Id key="id" id={cluster.cluster_id} what="the cluster's id" /> : "not formed"],
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}

const BEGAN = { restore: "restored from a backup", recovery: "went on without a majority" } as const;

/** Which life of the cluster this is, and how it began when it is not the first. */
function Epoch({ cluster }: { cluster: Cluster }) {
  const began = cluster.epoch_began;
  if (!began) return <>{cluster.epoch ?? 1}</>;
  return (
    <>
      {cluster.epoch} <span className="dim">
        · {BEGAN[began.reason]} <Ago at={began.at} />, with member-{began.founder}
      </span>
    </>
  );
}

function BackupPanel({ cluster: { backup } }: { cluster: Cluster }) {
  if (!backup) {
    return (
      <Panel title="Backup">
        <p className="dim">None was ever made.</p>
        <CommandLine command="sentinel-cp cluster backup create FILE" />
      </Panel>
    );
  }
  return (
    <Panel title="Backup">
      <FactList
        facts={[
          ["Taken", <Ago key="taken" at={backup.taken_at} />],
          ["Checked", backup.verified_at ? <Ago key="verified" at={backup.verified_at} /> : <span className="dim" key="verified">never</span>],
          ["Holds", `everything up to ${number(backup.index)}`],
          ["Size", bytes(backup.size_bytes)],
          ["Where", <span className="mono" key="place">{backup.place}</span>],
        ]}
      />
    </Panel>
  );
}
