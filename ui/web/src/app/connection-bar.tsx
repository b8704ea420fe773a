import { useQuery } from "@tanstack/react-query";

import { clusterQuery } from "../api/cluster";
import { useConnection } from "../api/connection";
import { useSeconds } from "../lib/clock";
import { duration } from "../lib/time";
import { Icon } from "../ui/icons";
import classes from "./shell.module.css";

/** Says when what is on the screen is not what is. */
export function ConnectionBar() {
  const connection = useConnection();
  if (connection.stream === "lost" && connection.lostAt !== null) return <Lost since={connection.lostAt} />;
  if (connection.staleMs !== null) {
    return (
      <div className={`${classes.bar} ${classes.stale}`} role="status">
        <Icon name="warning" />
        <span>
          <strong>No majority of members answers.</strong> You see what this member knew {duration(connection.staleMs)} ago; nothing can be changed until a
          majority is back. Nodes go on serving.
        </span>
      </div>
    );
  }
  return null;
}

function Lost({ since }: { since: number }) {
  useSeconds();
  // Only what is known already: this member does not answer.
  const { data } = useQuery({ ...clusterQuery, enabled: false });
  const others = data?.members.filter((member) => !member.answering && member.api_url !== location.origin) ?? [];
  return (
    <div className={`${classes.bar} ${classes.lost}`} role="status">
      <Icon name="warning" />
      <span>
        <strong>Connection lost.</strong> What you see is {duration(Date.now() - since)} old. Reconnecting by itself.
        {others.length > 0 && (
          <>
            {" "}
            Other members:{" "}
            {others.map((member) => (
              <a key={member.id} className="link" href={`${member.api_url}${location.pathname}${location.search}`} style={{ marginRight: 8 }}>
                {member.name}
              </a>
            ))}
          </>
        )}
      </span>
    </div>
  );
}
