import { useQuery } from "@tanstack/react-query";

import { runtimeConfigQuery } from "../../api/drift";
import type { RuntimeConfigDiff } from "../../api/types";
import { Ago } from "../../ui/ago";
import { Id } from "../../ui/copy";
import { DiffView } from "../../ui/diff-view";
import { ErrorPanel, Loading, Note } from "../../ui/feedback";
import { Kdl } from "../../ui/kdl";
import { FactList, Panel } from "../../ui/page";
import { sentence } from "../../lib/words";
import classes from "./runtime-config.module.css";

/** The configuration that a node really runs, or ran when a drift was found that is over: how it differs from what was assigned, or what it is. */
export function RuntimeConfig({ project, node, event }: { project: string; node: string; event?: string }) {
  const query = useQuery(runtimeConfigQuery(project, node, event));
  if (query.isPending) return <Loading />;
  if (query.isError) return <ErrorPanel error={query.error} what="The configuration" onRetry={() => void query.refetch()} />;
  const config = query.data;
  if (config === null && event !== undefined) return <p className="dim">It is over, and the configuration that ran then is not kept: of each node that is the newest that differed. What runs now is on the node's own page.</p>;
  if (config === null) return <p className="dim">The agent has not told the configuration that runs there, or you may not read configurations.</p>;
  return (
    <>
      <Panel title={event === undefined ? "Configuration that runs" : "Configuration that ran"} aside={<span className="dim">generation {config.generation}</span>}>
        <FactList
          facts={[
            ["SHA-256", config.hash ? <Id key="hash" id={config.hash} what="the digest of the configuration" /> : <span key="hash" className="dim">not measured</span>],
            ["Text", config.source === "node" ? "as the agent told it" : "as the bundle has it, with the names of the node's variables"],
            ["Since", config.updated_at ? <Ago key="at" at={config.updated_at} /> : "–"],
          ]}
        />
      </Panel>
      {config.truncated && <Note kind="degraded">Shown up to 64 KiB: the file is longer, or no text. The digest is of the whole, and so is what the agent says of it.</Note>}
      {config.diff ? (
        <>
          <Meaning diff={config.diff} cut={config.truncated} over={event !== undefined} />
          <DiffView diff={config.diff.diff} layout="unified" />
        </>
      ) : (
        <div className={`panel ${classes.text}`}>
          <Kdl readOnly value={config.config_kdl} label="Configuration that runs" />
        </div>
      )}
    </>
  );
}

function Meaning({ diff, cut, over }: { diff: RuntimeConfigDiff; cut: boolean; over: boolean }) {
  return (
    <Panel title={`From what was assigned to what ${over ? "ran" : "runs"}`} aside={<span className="dim">{`+${diff.additions} −${diff.deletions} lines`}</span>}>
      {cut ? (
        "What it means is not told by a part of it: see what the agent says of the whole."
      ) : diff.semantic === null || diff.semantic === undefined ? (
        "What runs cannot be read as a configuration: the proxy would not start with it."
      ) : diff.semantic.length === 0 ? (
        "The text differs, and means the same."
      ) : (
        <ul>
          {diff.semantic.map(({ kind, added, removed, changed }) => (
            <li key={kind}>
              {sentence(kind)}: {[...added.map((name) => `${name} added`), ...removed.map((name) => `${name} removed`), ...changed.map((name) => `${name} changed`)].join(", ")}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
