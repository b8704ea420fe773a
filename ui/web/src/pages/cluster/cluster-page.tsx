import { useQuery } from "@tanstack/react-query";

import { clusterQuery } from "../../api/cluster";
import type { Cluster, ClusterMember } from "../../api/types";
import { clusterHealth, lag } from "../../lib/cluster";
import { count, number } from "../../lib/format";
import type { Shown } from "../../lib/states";
import { Ago } from "../../ui/ago";
import { Id } from "../../ui/copy";
import { ErrorPanel, Loading, Note } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { FactList, PageHeader, Panel, ScrollPage } from "../../ui/page";
import { State } from "../../ui/state";
import classes from "./cluster-page.module.css";

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
  const health = clusterHealth(cluster);
  const voters = cluster.members.filter((member) => member.voter).length;
  const tolerated = Math.floor((voters - 1) / 2);
  return (
    <div className={classes.grid}>
      <div className={classes.main}>
        <Note kind={health.shown.kind === "ok" ? "ok" : health.shown.kind === "failed" ? "failed" : "degraded"} title={health.shown.kind === "ok" ? "Ready for writes" : health.shown.label}>
          {health.detail}.{health.shown.kind === "ok" && ` ${count(voters, "voter")}: ${tolerated === 0 ? "none" : tolerated} may be lost without losing an acknowledged write or the ability to write.`}
        </Note>
        <Panel title={count(cluster.members.length, "member")} flush>
          <div className={classes.scroller}>
            <table className={classes.members}>
              <thead>
                <tr>
                  <th scope="col">Member</th>
                  <th scope="col">Role</th>
                  <th scope="col">Answers</th>
                  <th scope="col">API</th>
                  <th scope="col">Peers reach it at</th>
                  <th scope="col" className={classes.right}>
                    On its disk
                  </th>
                  <th scope="col" className={classes.right}>
                    Lag
                  </th>
                </tr>
              </thead>
              <tbody>
                {cluster.members.map((member) => (
                  <MemberRow key={member.id} cluster={cluster} member={member} />
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
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

function role(member: ClusterMember): Shown {
  if (member.leader) return { kind: "ok", label: "Leader" };
  if (member.joining) return { kind: "unknown", label: "Joining" };
  return member.voter ? { kind: "ok", label: "Voter" } : { kind: "unknown", label: "Learner" };
}

function answers(member: ClusterMember): Shown {
  if (member.silent_since) return { kind: "failed", label: "Silent" };
  return member.joining ? { kind: "unknown", label: "Not yet" } : { kind: "ok", label: "Yes" };
}

function MemberRow({ cluster, member }: { cluster: Cluster; member: ClusterMember }) {
  const behind = lag(cluster, member.matched);
  return (
    <tr>
      <th scope="row">
        {member.name}
        {member.answering && <span className="dim"> · answers you</span>}
      </th>
      <td>
        <Flash value={member.leader ? "leader" : "other"}>{member.leader ? <State shown={role(member)} badge /> : <span className="dim">{role(member).label}</span>}</Flash>
      </td>
      <td><State shown={answers(member)} /> {member.silent_since && <span className="dim"><Ago at={member.silent_since} /></span>}</td>
      <td>
        <a className="link" href={`${member.api_url}/cluster`}>
          {member.api_url}
        </a>
      </td>
      <td className="mono">{member.peer_address}</td>
      <td className={classes.right}>{member.matched === null || member.matched === undefined ? <span className="dim">–</span> : number(member.matched)}</td>
      <td className={classes.right}>{behind === null ? <span className="dim">–</span> : behind === 0 ? "none" : count(behind, "entry", "entries")}</td>
    </tr>
  );
}
