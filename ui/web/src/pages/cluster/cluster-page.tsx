import { useQuery } from "@tanstack/react-query";

import { clusterQuery } from "../../api/cluster";
import type { Cluster } from "../../api/types";
import { useClusterRefusal } from "../../app/workspace";
import { clusterHealth, lossesBorne } from "../../lib/cluster";
import { count, number } from "../../lib/format";
import { Ago } from "../../ui/ago";
import { Id } from "../../ui/copy";
import { ErrorPanel, Loading, Note } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { FactList, PageHeader, Panel, ScrollPage } from "../../ui/page";
import classes from "./cluster-page.module.css";
import { JoinTokens } from "./join-tokens";
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
          {health.detail}.{health.shown.kind === "ok" && ` ${count(voters, "voter")}: ${tolerated === 0 ? "none" : tolerated} may be lost without losing an acknowledged write or the ability to write.`}
        </Note>
        <MemberTable cluster={cluster} />
        {refusal === null && <JoinTokens />}
      </div>
      <div className={classes.main}>
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
        <Panel title="Formation">
          <FactList
            facts={[
              ["Version here", cluster.version],
              ["Formed", <Ago key="formed" at={cluster.formed_at} />],
              ["Id", cluster.cluster_id ? <Id key="id" id={cluster.cluster_id} what="the cluster's id" /> : "not formed"],
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}
