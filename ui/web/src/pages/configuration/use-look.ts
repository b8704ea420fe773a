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
  /** What it would change; null: not known. */
  diff: ConfigDiff | null;
  error: ApiError | null;
}

/** What the proxy would get, and the features that it would need for that. */
export type Generated = NonNullable<ConfigPreview["generated"]> & Pick<ConfigPreview, "needs">;

const PAUSE_MS = 400;
const NOTHING: readonly Problem[] = [];

/** What the server says of a text, a moment after the last change. */
export function useLook(project: string, source: string, saved: string): Look {
  const [look, setLook] = useState<Look>({ state: "checking", document: null, problems: NOTHING, warnings: NOTHING, generated: null, old: false, diff: null, error: null });
  useEffect(() => {
    const read = parse(source);
    if ("problem" in read) {
      setLook(({ generated }) => ({ state: "invalid", document: null, problems: [read.problem], warnings: NOTHING, generated, old: true, diff: null, error: null }));
      return undefined;
    }
    const { document } = read;
    const stop = new AbortController();
    setLook((before) => ({ ...before, state: "checking", document, error: null }));
    const timer = setTimeout(() => {
      const diff = source === saved ? Promise.resolve(null) : diffConfiguration(project, document, stop.signal).catch(() => null);
      Promise.all([previewConfiguration(project, document, stop.signal), diff]).then(
        ([{ valid, problems, warnings, needs, generated }, diff]) => {
          // An answer to an earlier text is none.
          if (stop.signal.aborted) return;
          setLook((before) => ({ state: valid ? "valid" : "invalid", document, problems, warnings, generated: generated ? { ...generated, needs } : before.generated, old: !generated, diff, error: null }));
        },
        (thrown: unknown) => {
          if (!stop.signal.aborted) setLook(({ generated }) => ({ state: "unknown", document, problems: NOTHING, warnings: NOTHING, generated, old: true, diff: null, error: asApiError(thrown) }));
        },
      );
    }, PAUSE_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [project, source, saved]);
  return look;
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
