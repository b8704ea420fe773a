import { SegmentedControl } from "@mantine/core";
import { useMemo } from "react";

import type { ConfigObject } from "../../lib/config-object";
import { count } from "../../lib/format";
import { generatedLine } from "../../lib/generated-place";
import { Id } from "../../ui/copy";
import { BesidePanel, Remark } from "../../ui/editor-page";
import { Kdl } from "../../ui/kdl";
import type { Generated, Look } from "./use-look";

export type Language = "kdl" | "json";

interface GeneratedPanelProps {
  look: Look;
  language: Language;
  onLanguage: (language: Language) => void;
  /** What of the text is worked on: what has become of it is brought into sight. */
  object?: ConfigObject | undefined;
}

/** What the proxy would get of the text; while the text is wrong, what it would have got of the last one that was right. */
export function GeneratedPanel({ look, language, onLanguage, object }: GeneratedPanelProps) {
  const { generated, state } = look;
  const old = generated !== null && look.old;
  const [text, kind, slug] = [generated?.[language], object?.kind, object?.slug];
  const line = useMemo(() => (text === undefined || kind === undefined || slug === undefined ? null : generatedLine(text, language, { kind, slug })), [text, language, kind, slug]);
  return (
    <BesidePanel
      title="What the proxy gets"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Language"
          value={language}
          onChange={(value) => onLanguage(value as Language)}
          data={[
            { value: "kdl", label: "KDL" },
            { value: "json", label: "JSON" },
          ]}
        />
      }
      dimmed={old}
      foot={generated === null ? undefined : <Foot generated={generated} old={old} />}
    >
      {generated === null ? <Nothing state={state} /> : <Kdl key={language} readOnly label={`What the proxy gets, as ${language === "kdl" ? "KDL" : "JSON"}`} value={generated[language]} reveal={line} />}
    </BesidePanel>
  );
}

function Foot({ generated, old }: { generated: Generated; old: boolean }) {
  return (
    <>
      {old && <strong>Of the last text that was right</strong>}
      <span>
        <Id id={generated.digest} what="digest" /> · needs {count(generated.needs.length, "feature")}
        <span className="mono"> {generated.needs.join(" ")}</span>
      </span>
    </>
  );
}

function Nothing({ state }: { state: Look["state"] }) {
  if (state === "checking") return <Remark>Looking…</Remark>;
  if (state === "unknown") return <Remark>The text could not be looked at; what went wrong is told beside.</Remark>;
  return (
    <Remark>
      Nothing yet: the findings tell what is missing. “Add a service” puts one into the text; on the command line, <code>sentinel-cp config template list</code> shows those to begin with.
    </Remark>
  );
}
