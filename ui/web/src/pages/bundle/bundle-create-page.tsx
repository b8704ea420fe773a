import { Kbd, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useBlocker } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { bundleQuery, bundleSourceQuery, createBundle, validateSource } from "../../api/bundles";
import { type ApiError, asApiError } from "../../api/error";
import { overviewQuery } from "../../api/overview";
import type { Problem } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { ActionButton } from "../../ui/action-button";
import { Confirm } from "../../ui/confirm";
import { type CheckState, EditorPage, Pad, PlaceList, PlaceRow, Remark, SideForm, Verdict } from "../../ui/editor-page";
import { ErrorPanel, FormError, Loading } from "../../ui/feedback";
import { Kdl } from "../../ui/kdl";
import { Panel, ScrollPage } from "../../ui/page";
import { nextVersion } from "./next-version";
import sample from "./sample.kdl?raw";

const route = getRouteApi("/app/p/$project/bundles/new");

/** Starts from the bundle in the address, else from the newest one, else from a sample. */
export function BundleCreatePage() {
  const { project } = route.useParams();
  const { from } = route.useSearch();
  const overview = useQuery({ ...overviewQuery(project), enabled: from === undefined });
  const startId = from ?? overview.data?.bundles.newest?.id;
  const start = useQuery({ ...bundleQuery(project, startId ?? ""), enabled: startId !== undefined });
  const source = useQuery({ ...bundleSourceQuery(project, startId ?? ""), enabled: startId !== undefined });
  const error = overview.error ?? start.error ?? source.error;
  const known = from !== undefined || overview.data !== undefined;
  if (error !== null) {
    return (
      <ScrollPage>
        <ErrorPanel error={error} what="The text to start from" />
      </ScrollPage>
    );
  }
  if (!known || (startId !== undefined && (source.data === undefined || start.data === undefined))) {
    return (
      <ScrollPage>
        <Loading />
      </ScrollPage>
    );
  }
  // What was loaded first is what the person edits: later changes of these queries are none of the editor's business.
  return <Editor key={startId ?? "sample"} project={project} text={source.data?.config_source ?? sample} startedFrom={start.data?.version ?? null} />;
}

function Editor({ project, text, startedFrom }: { project: string; text: string; startedFrom: string | null }) {
  const navigate = route.useNavigate();
  const refusal = useRefusal("operator");
  const [initial] = useState(text);
  const [source, setSource] = useState(initial);
  const [version, setVersion] = useState(startedFrom === null ? "1.0.0" : nextVersion(startedFrom));
  const [goTo, setGoTo] = useState<{ line: number; column: number } | null>(null);
  const [answer, setAnswer] = useState<{ source: string; version: string; error: ApiError } | null>(null);
  // A refusal may arrive when the text has changed already; it is about the text that was sent.
  const refused = answer !== null && answer.source === source && answer.version === version ? answer.error : null;
  const check = useValidation(project, source);
  const created = useRef(false);

  const create = useAction({
    run: () => createBundle(project, version.trim(), source),
    done: () => `Bundle ${version.trim()} was compiled and signed`,
    refresh: [["bundles", project], ["overview", project]],
    then: (result) => {
      created.current = true;
      void navigate({ to: "/p/$project/bundles/$bundleId", params: { project, bundleId: result.id }, search: {} });
    },
  });
  const submit = (): void => {
    if (refusal !== null || create.isPending) return;
    setAnswer(null);
    create.mutate(undefined, { onError: (thrown) => setAnswer({ source, version, error: asApiError(thrown) }) });
  };
  const blocker = useBlocker({ shouldBlockFn: () => source !== initial && !created.current, withResolver: true, enableBeforeUnload: () => source !== initial && !created.current });

  const problems = refused !== null && refused.problems.length > 0 ? refused.problems : check.problems;
  const versionError = refused?.fields.version?.join("; ");
  const elsewhere = refused !== null && refused.problems.length === 0 && versionError === undefined ? refused : null;
  return (
    <>
      <EditorPage
        title="Create bundle"
        note={startedFrom === null ? undefined : `Starts from ${startedFrom}`}
        editor={<Kdl value={source} onChange={setSource} label="Configuration in KDL" problems={problems} warnings={check.warnings} onSubmit={submit} goTo={goTo} />}
      >
        <Panel>
          <SideForm onSubmit={submit}>
            <TextInput
              label="Version"
              description="Unique in the project; rollouts and nodes show it"
              required
              value={version}
              onChange={(event) => setVersion(event.currentTarget.value)}
              error={versionError}
            />
            <FormError error={elsewhere} />
            <ActionButton label="Create bundle" primary refusal={refusal} loading={create.isPending} onClick={submit} />
            <span className="dim">
              <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd> in the editor does the same
            </span>
          </SideForm>
        </Panel>
        <Panel title="Validation" aside={<Verdict state={check.state} problems={problems.length} />} flush>
          <Findings problems={problems} warnings={check.warnings} onGo={(line, column) => setGoTo({ line, column })} />
          {check.error !== null && (
            <Pad>
              <FormError error={check.error} />
            </Pad>
          )}
        </Panel>
      </EditorPage>
      <Confirm
        opened={blocker.status === "blocked"}
        onClose={() => blocker.reset?.()}
        title="Leave without creating the bundle?"
        verb="Leave and lose the text"
        danger
        busy={false}
        error={null}
        onConfirm={() => blocker.proceed?.()}
      >
        The text was changed and is stored nowhere.
      </Confirm>
    </>
  );
}

interface Check {
  state: CheckState;
  problems: readonly Problem[];
  warnings: readonly Problem[];
  error: ApiError | null;
}

const NOTHING: readonly Problem[] = [];
const PAUSE_MS = 400;

/** What the server's validator says of a text, a moment after the last change. */
function useValidation(project: string, source: string): Check {
  const [check, setCheck] = useState<Check>({ state: "checking", problems: NOTHING, warnings: NOTHING, error: null });
  useEffect(() => {
    const stop = new AbortController();
    setCheck((before) => ({ ...before, state: "checking", error: null }));
    const timer = setTimeout(() => {
      validateSource(project, source, stop.signal).then(
        (found) => setCheck({ state: found.valid ? "valid" : "invalid", problems: found.problems, warnings: found.warnings, error: null }),
        (thrown: unknown) => {
        if (!stop.signal.aborted) setCheck({ state: "unknown", problems: NOTHING, warnings: NOTHING, error: asApiError(thrown) });
        },
      );
    }, PAUSE_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [project, source]);
  return check;
}

function Findings({ problems, warnings, onGo }: { problems: readonly Problem[]; warnings: readonly Problem[]; onGo: (line: number, column: number) => void }) {
  if (problems.length === 0 && warnings.length === 0) {
    return <Remark>The proxy's own rules, unknown keys included. Nothing to complain about.</Remark>;
  }
  const row = (problem: Problem, kind: "failed" | "degraded", index: number): React.ReactNode => (
    <PlaceRow key={`${kind} ${index}`} kind={kind} help={problem.help} path={problem.path} onGo={() => onGo(problem.line ?? 1, problem.column ?? 1)}>
      <strong>{problem.line ? `Line ${problem.line}` : "The whole text"}</strong> {problem.message}
    </PlaceRow>
  );
  return (
    <PlaceList label="Findings">
      {problems.map((problem, index) => row(problem, "failed", index))}
      {warnings.map((problem, index) => row(problem, "degraded", index))}
    </PlaceList>
  );
}
