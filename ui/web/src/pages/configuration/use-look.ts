import { useEffect, useState } from "react";

import { diffConfiguration, previewConfiguration } from "../../api/configuration";
import { type ApiError, asApiError } from "../../api/error";
import type { ConfigDiff, ConfigDocument, ConfigPreview, Problem } from "../../api/types";
import type { CheckState } from "../../ui/editor-page";

/** What there is to say of a text. */
export interface Look {
  state: CheckState;
  /** The text as a document; null: it is no JSON. */
  document: ConfigDocument | null;
  problems: readonly Problem[];
  warnings: readonly Problem[];
  /** What the proxy would get of the last text that was right; null: none was. */
  generated: Generated | null;
  /** A later text was wrong, or could not be looked at. */
  old: boolean;
  /** Why the compiler could not look at it. */
  error: ApiError | null;
  change: Change;
}

/** What a text would change. */
export interface Change {
  /** Null: not known. */
  diff: ConfigDiff | null;
  /** The diff is that of an earlier text, or of an earlier configuration: nothing can be applied by it. */
  old: boolean;
  /** Why it could not be looked at. */
  error: ApiError | null;
}

/** A change, and what it is that of. */
interface Compared extends Omit<Change, "old"> {
  source: string;
  saved: string;
}

/** What the proxy would get, and the features that it would need for that. */
export type Generated = NonNullable<ConfigPreview["generated"]> & Pick<ConfigPreview, "needs">;

const PAUSE_MS = 400;
const NOTHING: readonly Problem[] = [];

/** What the server says of a text, a moment after the last change; `again` asks once more. */
export function useLook(project: string, source: string, saved: string): Look & { again: () => void } {
  const [look, setLook] = useState<Omit<Look, "change">>({ state: "checking", document: null, problems: NOTHING, warnings: NOTHING, generated: null, old: false, error: null });
  const [compared, setCompared] = useState<Compared | null>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const read = parse(source);
    if ("problem" in read) {
      setLook(({ generated }) => ({ state: "invalid", document: null, problems: [read.problem], warnings: NOTHING, generated, old: true, error: null }));
      setCompared(null);
      return undefined;
    }
    const { document } = read;
    const stop = new AbortController();
    // An answer to an earlier text is none.
    const unlessStopped =
      <T>(take: (answer: T) => void) =>
      (answer: T): void => {
        if (!stop.signal.aborted) take(answer);
      };
    setLook((before) => ({ ...before, state: "checking", document, error: null }));
    setCompared((before) => (source === saved || before?.diff === null ? null : before));
    const timer = setTimeout(() => {
      previewConfiguration(project, document, stop.signal).then(
        unlessStopped(({ valid, problems, warnings, needs, generated }) =>
          setLook((before) => ({ state: valid ? "valid" : "invalid", document, problems, warnings, generated: generated ? { ...generated, needs } : before.generated, old: !generated, error: null })),
        ),
        unlessStopped((thrown: unknown) => setLook(({ generated }) => ({ state: "unknown", document, problems: NOTHING, warnings: NOTHING, generated, old: true, error: asApiError(thrown) }))),
      );
      if (source === saved) return;
      diffConfiguration(project, document, stop.signal).then(
        unlessStopped((diff) => setCompared({ source, saved, diff, error: null })),
        unlessStopped((thrown: unknown) => setCompared({ source, saved, diff: null, error: asApiError(thrown) })),
      );
    }, PAUSE_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
    // Asking again is a reason of its own.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [project, source, saved, asked]);
  const { diff = null, error = null } = compared ?? {};
  const change = { diff, error, old: compared !== null && (compared.source !== source || compared.saved !== saved) };
  return { ...look, change, again: () => setAsked((times) => times + 1) };
}

function parse(source: string): { document: ConfigDocument } | { problem: Problem } {
  try {
    return { document: JSON.parse(source) as ConfigDocument };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
    return { problem: { code: "no-json", message: `This is no JSON: ${message}`, line: line === undefined ? null : Number(line), column: column === undefined ? null : Number(column), path: null, help: null } };
  }
}
