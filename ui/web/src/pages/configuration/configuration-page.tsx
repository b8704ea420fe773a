import { SegmentedControl, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useBlocker } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import { createBundleOfConfiguration } from "../../api/bundles";
import { applyConfiguration, configurationQuery } from "../../api/configuration";
import { asApiError } from "../../api/error";
import { overviewQuery } from "../../api/overview";
import type { ConfigDifference, ConfigDocument, Problem } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { documentOf, objectAt, objectsOf, textOf } from "../../lib/config-object";
import { configPath } from "../../lib/config-place";
import { withPart } from "../../lib/config-part";
import { placeOf, places } from "../../lib/json-place";
import type { Fault } from "../../lib/object-fields";
import { withChange } from "../../lib/search-part";
import { ActionButton } from "../../ui/action-button";
import { Confirm } from "../../ui/confirm";
import { EditorPage, Pad, PlaceList, PlaceRow, Remark, SideForm, Verdict } from "../../ui/editor-page";
import { ErrorPanel, FormError, Loading } from "../../ui/feedback";
import { Kdl } from "../../ui/kdl";
import { Panel, ScrollPage } from "../../ui/page";
import { nextVersion } from "../bundle/next-version";
import { AddServiceDialog } from "./add-service-dialog";
import { GeneratedPanel } from "./generated";
import { ObjectPanel } from "./object-panel";
import { type Change, type Look, useLook } from "./use-look";

const route = getRouteApi("/app/p/$project/configuration");

/** All of a project's configuration as one document: what it says, what the compiler says of it, and what a change would change. */
export function ConfigurationPage() {
  const { project } = route.useParams();
  const query = useQuery(configurationQuery(project));
  if (query.data === undefined) {
    return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="The configuration" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  }
  return <Editor project={project} known={query.data} />;
}

function Editor({ project, known }: { project: string; known: ConfigDocument }) {
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const { as = "kdl", at, view } = route.useSearch();
  const refusal = useRefusal("operator");
  const saved = useMemo(() => textOf(known), [known]);
  // What a person has typed; until then the text follows what others change.
  const [typed, setTyped] = useState<string | null>(null);
  const source = typed ?? saved;
  const changed = typed !== null && typed !== saved;
  const look = useLook(project, source, saved);
  // The form shows what is typed as it is typed, and not a moment later.
  const made = useRef<{ text: string; document: ConfigDocument } | null>(null);
  const document = useMemo(() => (made.current?.text === source ? made.current.document : documentOf(source)), [source]);
  const asForm = view === "form" && document !== null;
  const objects = useMemo(() => (document === null ? [] : objectsOf(document)), [document]);
  const object = asForm ? ((at === undefined ? undefined : objectAt(objects, at)) ?? objects[0]) : undefined;
  const [field, setField] = useState<{ path: string } | null>(null);
  const [goTo, setGoTo] = useState<{ line: number; column: number } | null>(null);
  const problems = useMemo(() => placed(look.problems, source), [look.problems, source]);
  const warnings = useMemo(() => placed(look.warnings, source), [look.warnings, source]);
  const [adding, setAdding] = useState(false);
  // Something in the form means nothing, and the text does not say it.
  const [unread, setUnread] = useState(false);
  // A link leads to a place once; where somebody goes after that is their own.
  const [ledTo, setLedTo] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (at === undefined || at === ledTo) return;
    setLedTo(at);
    setGoTo(placeOf(places(source), at) ?? null);
  }, [at, ledTo, source]);

  const search = (change: Partial<ReturnType<typeof route.useSearch>>): void => void navigate({ search: (now) => withChange(now, change), replace: true });
  const goToText = (path: string): void => setGoTo(placeOf(places(source), path) ?? { line: 1, column: 1 });
  // To a field of its form where there is one, else into the text.
  const goToPath = (path: string): void => {
    const named = asForm ? objectAt(objects, path) : undefined;
    goToText(path);
    if (named !== undefined) {
      setField({ path });
      search({ at: named.path });
    } else if (view === "form") search({ view: undefined });
  };
  const change = (next: ConfigDocument): void => {
    made.current = { text: textOf(next), document: next };
    setTyped(made.current.text);
  };
  const choose = (path: string | undefined): void => {
    setField(null);
    search({ at: path });
  };
  const editAs = (next: string): void => {
    if (next === "text" && at !== undefined) goToText(at);
    search({ view: next === "form" ? "form" : undefined });
  };
  const faults = useMemo(() => faultsOf(look), [look]);

  const apply = useAction({
    run: ({ document, revision }: { document: ConfigDocument; text: string; revision: number }) =>
      applyConfiguration(project, document, revision).catch(async (thrown: unknown) => {
        // Somebody may have been quicker: what is shown as the change is that from what there is now.
        await client.invalidateQueries({ queryKey: configurationQuery(project).queryKey });
        throw thrown;
      }),
    done: (applied) => `The configuration is applied: ${inWords(applied)}`,
    refresh: [],
    // The text stays until there is the one that takes its place; what was typed meanwhile stays for good.
    then: (_, { text }) => void client.invalidateQueries({ queryKey: configurationQuery(project).queryKey }).then(() => setTyped((now) => (now === text ? null : now))),
  });
  const notNow = refusal ?? (unread ? "A field of the form is wrong: mend it first" : whyNotApply(changed, document, look.change));
  const submit = (): void => {
    if (notNow === null && document !== null && look.change.diff !== null && !apply.isPending) apply.mutate({ document, text: source, revision: look.change.diff.revision });
  };
  const blocker = useBlocker({ shouldBlockFn: ({ current, next }) => changed && current.pathname !== next.pathname, withResolver: true, enableBeforeUnload: () => changed });
  const unapplied = changed ? "Apply the change first, or take it back" : null;
  const refusedByCompiler = look.state === "invalid" ? "The compiler refuses it: see the findings" : null;
  return (
    <>
      <EditorPage
        title="Configuration"
        note={changed ? "Changed here, not applied" : undefined}
        actions={
          <>
            <SegmentedControl
              size="xs"
              aria-label="Edited as"
              value={asForm ? "form" : "text"}
              onChange={editAs}
              data={[
                { value: "text", label: "Text" },
                { value: "form", label: "Form", disabled: document === null },
              ]}
            />
            <ActionButton label="Add a service" icon="plus" refusal={look.document === null ? "The text is no JSON: mend it first" : null} onClick={() => setAdding(true)} />
          </>
        }
        isForm={asForm}
        editor={
          asForm ? (
            <ObjectPanel document={document} objects={objects} object={object} onAt={choose} faults={faults} goTo={field} onChange={change} onUnread={setUnread} />
          ) : (
            <Kdl value={source} onChange={setTyped} label="Configuration as JSON" problems={problems} warnings={warnings} onSubmit={submit} goTo={goTo} />
          )
        }
        beside={<GeneratedPanel look={look} object={object} language={as} onLanguage={(language) => search({ as: language === "kdl" ? undefined : language })} />}
      >
        <Panel title="Change" aside={changed && look.change.diff !== null && !look.change.old ? <span className="dim">{inWords(look.change.diff)}</span> : undefined} flush>
          <Changes changed={changed} look={look} onGo={goToPath} />
          <Pad>
            {changed && look.change.error !== null && (
              <>
                <FormError error={look.change.error} />
                <ActionButton label="Look again" icon="back" onClick={look.again} />
              </>
            )}
            <FormError error={apply.error} />
            <ActionButton label="Apply" primary refusal={notNow} loading={apply.isPending} onClick={submit} />
          </Pad>
        </Panel>
        <Panel title="What the compiler says" aside={<Verdict state={look.state} problems={problems.length} />} flush>
          <Findings
            problems={problems}
            warnings={warnings}
            onGo={({ path, line, column }) => {
              if (path) goToPath(path);
              else setGoTo({ line: line ?? 1, column: column ?? 1 });
            }}
          />
          {look.error !== null && (
            <Pad>
              <FormError error={look.error} />
            </Pad>
          )}
        </Panel>
        <MakeBundle
          project={project}
          refusal={refusal ?? unapplied ?? refusedByCompiler}
          onMade={(bundleId) => void navigate({ to: "/p/$project/bundles/$bundleId", params: { project, bundleId }, search: {} })}
        />
      </EditorPage>
      {adding && look.document !== null && (
        <AddServiceDialog
          document={look.document}
          onClose={() => setAdding(false)}
          onAdd={(part, slug) => {
            if (look.document === null) return;
            const text = withPart(look.document, part);
            setTyped(text);
            if (asForm) search({ at: configPath("service", slug) });
            setGoTo(placeOf(places(text), `services.${slug}`) ?? null);
            setAdding(false);
          }}
        />
      )}
      <Confirm
        opened={blocker.status === "blocked"}
        onClose={() => blocker.reset?.()}
        title="Leave without applying the change?"
        verb="Leave and lose the change"
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

/** A bundle of what is applied. */
function MakeBundle({ project, refusal, onMade }: { project: string; refusal: string | null; onMade: (bundle: string) => void }) {
  const overview = useQuery(overviewQuery(project));
  const newest = overview.data?.bundles.newest?.version;
  const [given, setGiven] = useState<string | null>(null);
  const version = given ?? (newest === undefined ? "1.0.0" : nextVersion(newest));
  const create = useAction({
    run: () => createBundleOfConfiguration(project, version.trim()),
    done: () => `Bundle ${version.trim()} was compiled and signed`,
    refresh: [["bundles", project], ["overview", project]],
    then: (made) => onMade(made.id),
  });
  const failure = create.error === null ? null : asApiError(create.error);
  const submit = (): void => {
    if (refusal === null && !create.isPending) create.mutate(undefined);
  };
  return (
    <Panel title="Bundle">
      <SideForm onSubmit={submit}>
        <TextInput
        label="Version"
        description="A bundle of what is applied; nodes get it by a rollout"
        required
        value={version}
        onChange={(event) => setGiven(event.currentTarget.value)}
        error={failure?.fields.version?.join("; ")}
        />
        <FormError error={failure?.fields.version === undefined ? failure : null} />
        <ActionButton label="Create bundle" refusal={refusal} loading={create.isPending} onClick={submit} />
      </SideForm>
    </Panel>
  );
}

/** Why what is written cannot be applied yet; null: it can. What is applied is what was compared, and with that configuration alone. */
function whyNotApply(changed: boolean, document: ConfigDocument | null, change: Change): string | null {
  if (!changed) return "Nothing is changed";
  if (document === null) return "This is no JSON";
  if (change.old) return "What it changes is being looked at";
  if (change.error !== null) return "What it would change is not known";
  return change.diff === null ? "What it changes is being looked at" : null;
}

function Changes({ changed, look: { document, change }, onGo }: { changed: boolean; look: Look; onGo: (path: string) => void }) {
  if (!changed) return <Remark>The text is what the project has.</Remark>;
  if (document === null) return <Remark>A text that is no JSON changes nothing.</Remark>;
  if (change.error !== null) return <Remark>What it would change is not known; it cannot be applied before it is.</Remark>;
  if (change.diff === null) return <Remark>Looking…</Remark>;
  const { changes } = change.diff;
  if (changes.length === 0) return <Remark>{change.old ? "Looking…" : "It says the same."}</Remark>;
  const row = (change: ConfigDifference): React.ReactNode => (
    <PlaceRow
      key={`${change.kind} ${change.slug}`}
      kind={change.action === "added" ? "ok" : change.action === "removed" ? "failed" : "progressing"}
      path={change.fields.join(", ")}
      onGo={() => onGo(configPath(change.kind, change.slug))}
    >
      <strong>{ACTIONS[change.action]}</strong> {change.kind.replaceAll("_", " ")} <span className="mono">{change.slug}</span>
    </PlaceRow>
  );
  return (
    <PlaceList label="Changes" old={change.old}>
      {changes.slice(0, SHOWN).map(row)}
      {changes.length > SHOWN && (
        <li>
          <Remark>and {changes.length - SHOWN} more</Remark>
        </li>
      )}
      {change.old && (
        <li>
          <Remark>of an earlier text; looking…</Remark>
        </li>
      )}
    </PlaceList>
  );
}

/** Most changes that are listed. */
const SHOWN = 50;

const ACTIONS: Record<ConfigDifference["action"], string> = { added: "New", changed: "Changed", removed: "Gone" };

const inWords = ({ added, changed, removed }: { added: number; changed: number; removed: number }): string => {
  const parts = [added > 0 && `${added} new`, changed > 0 && `${changed} changed`, removed > 0 && `${removed} gone`].filter(Boolean);
  return parts.length === 0 ? "nothing changes" : parts.join(", ");
};

/** Findings with the place in the text that their path names. */
function placed(problems: readonly Problem[], source: string): Problem[] {
  // Most have a line, or there are none: a large text is looked through for what needs it alone.
  if (problems.every(({ line }) => line)) return [...problems];
  const known = places(source);
  return problems.map((problem) => {
    const found = problem.line ? undefined : placeOf(known, problem.path ?? "");
    return found === undefined ? problem : { ...problem, line: found.line, column: found.column };
  });
}

/** What is wrong, by places in the document: what the compiler says, and what keeps it from looking. */
function faultsOf({ problems, error }: Look): Fault[] {
  const found = problems.flatMap(({ path, message, help }) => (path ? [{ path, message, help }] : []));
  return [...found, ...Object.entries(error?.fields ?? {}).map(([path, messages]): Fault => ({ path, message: messages.join("; ") }))];
}

function Findings({ problems, warnings, onGo }: { problems: readonly Problem[]; warnings: readonly Problem[]; onGo: (problem: Problem) => void }) {
  if (problems.length + warnings.length === 0) return <Remark>What the proxy cannot do is told here, with what to do instead.</Remark>;
  return (
    <PlaceList label="Findings">
      {[...problems, ...warnings].map((problem, index) => (
        <PlaceRow key={`${problem.path} ${problem.code} ${index}`} kind={index < problems.length ? "failed" : "degraded"} help={problem.help} path={problem.path} onGo={() => onGo(problem)}>
        {problem.message}
        </PlaceRow>
      ))}
    </PlaceList>
  );
}
