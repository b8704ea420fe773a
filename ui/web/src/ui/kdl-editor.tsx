// Loaded only where a text is shown or edited: the editor is as large as the rest of the UI.
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentUnit, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

import type { Problem } from "../api/types";
import { type KdlState, startState, token } from "../lib/kdl-mode";

export interface KdlEditorProps {
  value: string;
  onChange?: (value: string) => void;
  readOnly?: boolean;
  label: string;
  problems?: readonly Problem[];
  warnings?: readonly Problem[];
  /** Ctrl-Enter. */
  onSubmit?: () => void;
  /** Line to go to; a new object goes there again. */
  goTo?: { line: number; column: number } | null;
  /** A line to bring into sight, without the focus. */
  reveal?: number | null;
}

const language = StreamLanguage.define<KdlState>({
  name: "kdl",
  startState,
  copyState: (state) => ({ ...state, string: state.string === null ? null : { ...state.string } }),
  token: (stream, state) => {
    const kind = token(stream as never, state);
    // The editor takes "variable" for something of its own.
    return kind === "variable" ? "nodeVariable" : kind;
  },
  tokenTable: {
    node: tags.tagName,
    property: tags.propertyName,
    nodeVariable: tags.special(tags.variableName),
    brace: tags.brace,
    type: tags.typeName,
  },
  languageData: { commentTokens: { line: "//", block: { open: "/*", close: "*/" } }, closeBrackets: { brackets: ["{", '"'] } },
});

const highlight = HighlightStyle.define([
  { tag: tags.tagName, class: "tok-node" },
  { tag: tags.string, class: "tok-string" },
  { tag: tags.special(tags.variableName), class: "tok-variable" },
  { tag: tags.number, class: "tok-number" },
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: [tags.propertyName, tags.typeName], class: "tok-property" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: tags.brace, class: "tok-brace" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "0.8125rem", backgroundColor: "var(--panel)", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
  ".cm-content": { caretColor: "var(--accent)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--dim)", border: "none", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", border: "1px solid var(--line-strong)", borderRadius: "6px", color: "var(--text)" },
  ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-wrap", fontFamily: "var(--mantine-font-family)", maxWidth: "60ch" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--failed)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--degraded)" },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-soft) !important", color: "inherit" },
  ".cm-foldPlaceholder": { background: "var(--raised)", border: "1px solid var(--line)", color: "var(--dim)" },
  ".cm-searchMatch": { backgroundColor: "var(--flash)" },
  ".cm-textfield": { backgroundColor: "var(--panel)", border: "1px solid var(--line-strong)", color: "var(--text)" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--panel)", border: "1px solid var(--line-strong)", color: "var(--text)" },
});

/** An editor for the proxy's configuration. */
export function KdlEditor({ value, onChange, readOnly = false, label, problems, warnings, onSubmit, goTo, reveal = null }: KdlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const told = useRef({ onChange, onSubmit });
  told.current = { onChange, onSubmit };
  const first = useRef({ value, readOnly, label });

  useEffect(() => {
    const { value, readOnly, label } = first.current;
    const editor = new EditorView({
      parent: host.current ?? undefined,
      state: EditorState.create({ doc: value, extensions: extensions(readOnly, label, told) }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: changeTo(editor.state.doc.toString(), value), annotations: given.of(true) });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const at = (problem: Problem, severity: Diagnostic["severity"]): Diagnostic => diagnostic(editor.state, problem, severity);
    const found = [...(problems ?? []).map((problem) => at(problem, "error")), ...(warnings ?? []).map((problem) => at(problem, "warning"))];
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [problems, warnings]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || goTo === null || goTo === undefined) return;
    const position = positionOf(editor.state, goTo.line, goTo.column);
    editor.dispatch({ selection: { anchor: position }, effects: EditorView.scrollIntoView(position, { y: "center" }) });
    editor.focus();
  }, [goTo]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || reveal === null) return;
    // The text alone is scrolled, and nothing around it.
    editor.requestMeasure({
      read: () => editor.lineBlockAt(positionOf(editor.state, reveal, 1)).top,
      write: (top) => {
        editor.scrollDOM.scrollTop = top - REVEAL_MARGIN_PX;
      },
    });
  }, [reveal]);

  return <div ref={host} style={{ height: "100%", minHeight: 0, overflow: "hidden" }} />;
}

/** What is left of the lines above one that is brought into sight. */
const REVEAL_MARGIN_PX = 20;

/** A change that comes from outside: nobody has typed it. */
const given = Annotation.define<boolean>();

type Told = { current: { onChange?: (value: string) => void; onSubmit?: () => void } };

function extensions(readOnly: boolean, label: string, told: Told): Extension[] {
  const editable = new Compartment();
  return [
    lineNumbers(),
    foldGutter({ openText: "⌄", closedText: "›" }),
    drawSelection(),
    bracketMatching(),
    search({ top: true }),
    highlightSelectionMatches(),
    language,
    syntaxHighlighting(highlight),
    indentUnit.of("    "),
    theme,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    editable.of(readOnly ? EditorState.readOnly.of(true) : []),
    ...(readOnly
      ? [keymap.of([...searchKeymap, ...foldKeymap])]
      : [
          lintGutter(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          history(),
          keymap.of([
            { key: "Mod-Enter", run: () => (told.current.onSubmit?.(), true) },
            // Escape leaves the field, so that Tab may indent in it.
            { key: "Escape", run: (editor) => (editor.contentDOM.blur(), true) },
            { key: "Tab", run: indentMore, shift: indentLess },
            ...searchKeymap,
            ...historyKeymap,
            ...foldKeymap,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.every((one) => one.annotation(given))) told.current.onChange?.(update.state.doc.toString());
          }),
        ]),
  ];
}

/** The smallest change of one piece that makes one text of the other: what is around it keeps its place on the screen. */
function changeTo(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from++;
  let same = 0;
  while (same < most - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}

/** A place in the text; lines and columns count from one, columns in characters. */
function positionOf(state: EditorState, line: number, column: number): number {
  const known = state.doc.line(Math.max(1, Math.min(line, state.doc.lines)));
  const units = [...known.text].slice(0, Math.max(0, column - 1)).join("").length;
  return Math.min(known.from + units, known.to);
}

function diagnostic(state: EditorState, problem: Problem, severity: Diagnostic["severity"]): Diagnostic {
  const from = positionOf(state, problem.line ?? 1, problem.column ?? 1);
  const line = state.doc.lineAt(from);
  const word = /^[^\s{};]+/.exec(line.text.slice(from - line.from))?.[0].length ?? 0;
  const to = Math.min(line.to, Math.max(from + word, from));
  return { from, to, severity, message: problem.help ? `${problem.message}\n${problem.help}` : problem.message, source: problem.code };
}
