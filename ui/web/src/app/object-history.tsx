import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { HISTORY_DEPTH, historyQuery } from "../api/audit";
import { actionWords } from "../lib/words";
import { AuditLines } from "../ui/audit-line";
import { ErrorPanel, Loading } from "../ui/feedback";

/** What changed about one object, from the audit log. */
export function ObjectHistory({ project, noun, id }: { project: string; noun: string; id: string }) {
  const query = useQuery(historyQuery(project, noun, id));
  if (query.isPending) return <Loading />;
  if (query.isError) return <ErrorPanel error={query.error} what="The history" onRetry={() => void query.refetch()} />;
  const { entries, complete } = query.data;
  return (
    <>
      {entries.length > 0 && (
        <div className="panel">
          <AuditLines
            entries={entries}
            object={(entry) => (
              <Link to="/p/$project/audit" params={{ project }} search={{ action: noun, entry: entry.seq }} className="quiet">
                {actionWords(entry.action)}
              </Link>
            )}
          />
        </div>
      )}
      <p className="dim" style={{ margin: 0 }}>
        {entries.length === 0 && "No change of its own. "}
        {complete ? "" : `Among the newest ${HISTORY_DEPTH} changes of this kind; the audit log has the rest.`}
      </p>
    </>
  );
}
