import { useState } from "react";

import { handOver, removeClusterMember } from "../../api/cluster";
import type { Cluster, ClusterMember } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useClusterRefusal } from "../../app/workspace";
import { archives, lag, lossesBorne, micros, skew } from "../../lib/cluster";
import { count, number } from "../../lib/format";
import type { Shown } from "../../lib/states";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { Flash } from "../../ui/flash";
import { Panel } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { State } from "../../ui/state";
import classes from "./cluster-page.module.css";

/** What somebody asked for and has not confirmed yet. */
interface Asked {
  what: "lead" | "remove";
  member: ClusterMember;
}

/** The members, and what an administrator can do with one. */
export function MemberTable({ cluster }: { cluster: Cluster }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <Panel title={count(cluster.members.length, "member")} flush>
      <div className={classes.scroller}>
        <table className={classes.members}>
          <thead>
            <tr>
              <th scope="col">Member</th>
              <th scope="col">Role</th>
              <th scope="col">Answers</th>
              <th scope="col">Clients and peers reach it at</th>
              <th scope="col" className={classes.right}>
                On its disk
              </th>
              <th scope="col" className={classes.right}>
                Lag
              </th>
              <th scope="col" className={classes.right}>
                Disk takes
              </th>
              <th scope="col" className={classes.right}>
                Clock
              </th>
              <th scope="col" className={classes.right}>
                Actions
              </th>
            </tr>
          </thead>
          <tbody>
            {cluster.members.map((member) => (
              <MemberRow key={member.id} cluster={cluster} member={member} ask={setAsked} />
            ))}
          </tbody>
        </table>
      </div>
      {asked?.what === "lead" && <LeadDialog cluster={cluster} member={asked.member} onClose={() => setAsked(null)} />}
      {asked?.what === "remove" && <RemoveDialog cluster={cluster} member={asked.member} onClose={() => setAsked(null)} />}
    </Panel>
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

/** Why a member cannot be asked to lead; null when it can. */
function cannotLead(member: ClusterMember): string | null {
  if (member.leader) return "It leads already";
  if (!member.voter) return "It has no vote yet";
  return member.silent_since ? "It does not answer" : null;
}

function MemberRow({ cluster, member, ask }: { cluster: Cluster; member: ClusterMember; ask: (asked: Asked) => void }) {
  const refusal = useClusterRefusal();
  const behind = lag(cluster, member.matched);
  return (
    <tr>
      <th scope="row">
        {member.name}
        {member.answering && <span className="dim"> · answers you</span>}
        {member.level !== null && member.level !== undefined && (
          <div className="dim">
            {member.version ?? "older version"} · level {member.level}
          </div>
        )}
      </th>
      <td>
        <Flash value={member.leader ? "leader" : "other"}>{member.leader ? <State shown={role(member)} badge /> : <span className="dim">{role(member).label}</span>}</Flash>
      </td>
      <td>
        <State shown={answers(member)} />{" "}
        {member.silent_since && (
          <span className="dim">
            <Ago at={member.silent_since} />
          </span>
        )}
      </td>
      <td>
        <a className="link" href={`${member.api_url}/cluster`}>
          {member.api_url}
        </a>
        <div className="mono dim">{member.peer_address}</div>
      </td>
      <td className={classes.right}>
        {member.matched === null || member.matched === undefined ? <span className="dim">–</span> : number(member.matched)}
        <Archives member={member} />
      </td>
      <td className={classes.right}>{behind === null ? <span className="dim">–</span> : behind === 0 ? "none" : count(behind, "entry", "entries")}</td>
      <td className={classes.right}>
        <Disk member={member} />
      </td>
      <td className={classes.right}>{skew(member) ?? <span className="dim">–</span>}</td>
      <td className={classes.right}>
        <RowMenu
          label={`Actions for ${member.name}`}
          items={[
            { label: "Let it lead", icon: "play", refusal: refusal ?? cannotLead(member), onClick: () => ask({ what: "lead", member }) },
            { label: "Remove", icon: "trash", refusal: refusal ?? (cluster.members.length === 1 ? "It is the only member" : null), onClick: () => ask({ what: "remove", member }) },
          ]}
        />
      </td>
    </tr>
  );
}

/** How long the log's disk takes for a write; a sick one is named. */
function Disk({ member }: { member: ClusterMember }) {
  const { disk } = member;
  if (!disk) return <span className="dim">–</span>;
  const worst = `up to ${micros(disk.max_us)} in the last minute`;
  if (!disk.well) return <State shown={{ kind: "failed", label: "Hangs or is full" }} />;
  return <span title={worst}>{micros(disk.last_us)}</span>;
}

/** The archives of bundles that it has, and what is wrong with them. */
function Archives({ member }: { member: ClusterMember }) {
  const told = archives(member);
  if (told === null) return null;
  const checked = member.archives?.checked_at;
  return (
    <div className="dim" title={told.detail}>
      {told.wrong === null ? told.label : <State shown={{ kind: told.wrong, label: told.label }} />}
      {told.wrong === null && checked && (
        <>
          {" · read "}
          <Ago at={checked} />
        </>
      )}
    </div>
  );
}

function LeadDialog({ cluster, member, onClose }: { cluster: Cluster; member: ClusterMember; onClose: () => void }) {
  const lead = useAction({
    run: () => handOver(member.id),
    done: () => `Leadership goes to ${member.name}`,
    refresh: [["cluster"]],
    then: onClose,
  });
  const leader = cluster.members.find((candidate) => candidate.leader);
  return (
    <Confirm opened onClose={onClose} title={`Let ${member.name} lead`} verb="Hand over" busy={lead.isPending} error={lead.error} onConfirm={() => lead.mutate(undefined)}>
      {leader === undefined ? "Nobody leads now." : `${leader.name} hands over to ${member.name}.`} Writes wait for a moment; nodes and proxies notice nothing.
    </Confirm>
  );
}

function RemoveDialog({ cluster, member, onClose }: { cluster: Cluster; member: ClusterMember; onClose: () => void }) {
  const remove = useAction({
    run: () => removeClusterMember(member.id),
    done: () => `${member.name} is removed`,
    refresh: [["cluster"]],
    then: onClose,
  });
  const voters = cluster.members.filter((candidate) => candidate.voter && candidate.id !== member.id).length;
  const borne = lossesBorne(voters);
  return (
    <Confirm opened onClose={onClose} title={`Remove ${member.name}`} verb="Remove member" danger typed={member.name} busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined)}>
      It never comes back under this number; to put another in its place, make a join token and start a server with an empty data directory. {count(voters, "voter")} stay, of which{" "}
      {borne === 0 ? "none may be lost" : `${borne} may be lost`} before writes stop.
    </Confirm>
  );
}
