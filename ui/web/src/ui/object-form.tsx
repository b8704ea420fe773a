import { SegmentedControl, Switch } from "@mantine/core";
import { useEffect, useRef } from "react";

import { elsewhere, type Fault, faultsAt, fieldsOf, type Field, type Referred, type Section, type Way } from "../lib/object-fields";
import { isWithin, valueAt, withValue } from "../lib/object-path";
import { Faults, ObjectField } from "./object-field";
import classes from "./object-form.module.css";
import { useWrongDrafts, WrongDrafts } from "./wrong-drafts";

interface ObjectFormProps {
  label: string;
  sections: readonly Section[];
  object: object;
  /** What is wrong with it, by paths in it. */
  faults: readonly Fault[];
  references: Readonly<Record<Referred, readonly string[]>>;
  onChange: (object: object) => void;
  /** Something is written in a field that means nothing, so that the object does not say it; or nothing is any more. */
  onWrong?: (wrong: boolean) => void;
  /** The path of a field to go to; a new object goes there again. */
  goTo?: { path: string } | null;
  /** Shown above the fields. */
  children?: React.ReactNode;
}

/** The fields of an object, by section. What no field is about stays in the object as it is. */
export function ObjectForm({ label, sections, object, faults, references, onChange, onWrong, goTo, children }: ObjectFormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!goTo) return;
    const fields = [...(form.current?.querySelectorAll<HTMLElement>("[data-field]") ?? [])].filter((field) => isWithin(goTo.path, field.dataset.field ?? ""));
    // A field stands behind the head that is about the same.
    const nearest = fields.toReversed().toSorted((a, b) => (b.dataset.field ?? "").length - (a.dataset.field ?? "").length)[0];
    nearest?.scrollIntoView({ block: "center" });
    nearest?.querySelector<HTMLElement>("input, textarea, button")?.focus();
  }, [goTo]);
  const tellWrong = useWrongDrafts(onWrong);
  // A part that was turned off comes back as it was.
  const left = useRef(new Map<string, unknown>());
  const toggle = ({ path, initial }: NonNullable<Section["optional"]>, on: boolean): void => {
    if (!on) left.current.set(path, valueAt(object, path));
    onChange(withValue(object, path, on ? (left.current.get(path) ?? initial) : undefined));
  };
  const shown = sections.map((section) => {
    const off = section.optional !== undefined && isAbsent(valueAt(object, section.optional.path));
    const way = section.ways?.find(({ keys }) => keys.some((key) => !isAbsent(valueAt(object, key))));
    return { section, off, way, fields: off ? [] : fieldsOf(section, way) };
  });
  const told = [...shown.flatMap(({ fields }) => fields), ...sections.flatMap(headsOf)];
  const rest = elsewhere(faults, told);
  return (
    <WrongDrafts value={tellWrong}>
      <form ref={form} className={classes.form} aria-label={label} onSubmit={(event) => event.preventDefault()} autoComplete="off">
        {children}
        {rest.length > 0 && (
          <div className={classes.rest} role="alert">
            {rest.map((fault) => (
              <div key={`${fault.path} ${fault.message}`}>
                <span className="mono">{fault.path}</span> <Faults faults={[fault]} />
              </div>
            ))}
          </div>
        )}
        {shown.map(({ section, off, way, fields }) => (
          <fieldset key={section.title} className={classes.section}>
            <legend className="visually-hidden">{section.title}</legend>
            <Head section={section} off={off} faults={faults} fields={fields} onToggle={(on) => section.optional !== undefined && toggle(section.optional, on)} />
            {section.ways !== undefined && <Ways title={section.title} ways={section.ways} way={way} object={object} faults={faults} onChange={onChange} />}
            {fields.length > 0 && (
              <div className={classes.fields}>
                {fields.map((field) => (
                  <ObjectField
                    key={field.path}
                    field={field}
                    object={object}
                    faults={faults}
                    references={references}
                    onChange={(path, value) => onChange(withValue(object, path, value, section.optional?.path ?? parentOf(way, path)))}
                  />
                ))}
              </div>
            )}
          </fieldset>
        ))}
      </form>
    </WrongDrafts>
  );
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** What of a way stays when the last field in it is emptied: the way that it is. */
const parentOf = (way: Way | undefined, path: string): string => way?.keys.find((key) => isWithin(path, key)) ?? "";

/** The places that a section's head tells of. */
const headsOf = ({ optional, ways = [] }: Section): Field[] => [...(optional === undefined ? [] : [optional.path]), ...ways.flatMap(({ keys }) => keys)].map((path): Field => ({ kind: "text", path, label: "" }));

/** What is wrong with a part as a whole: nothing that one of its fields tells. */
function own(faults: readonly Fault[], path: string, fields: readonly Field[]): Fault[] {
  return elsewhere(faultsAt(faults, { kind: "text", path, label: "" }), fields);
}

interface HeadProps {
  section: Section;
  off: boolean;
  faults: readonly Fault[];
  fields: readonly Field[];
  onToggle: (on: boolean) => void;
}

function Head({ section: { title, note, optional }, off, faults, fields, onToggle }: HeadProps) {
  const wrong = optional === undefined ? [] : own(faults, optional.path, fields);
  return (
    <div className={classes.head} data-field={optional?.path}>
      <div>
        <h2 className="panel-title">{title}</h2>
        {note !== undefined && <div className="dim">{note}</div>}
        {wrong.length > 0 && (
          <div className={classes.rowFaults} role="alert">
            <Faults faults={wrong} />
          </div>
        )}
      </div>
      {optional !== undefined && <Switch aria-label={title} checked={!off} onChange={(event) => onToggle(event.currentTarget.checked)} />}
    </div>
  );
}

interface WaysProps {
  title: string;
  ways: readonly Way[];
  way: Way | undefined;
  object: object;
  faults: readonly Fault[];
  onChange: (object: object) => void;
}

/** Which of several ways it is. What was said of another one comes back with it. */
function Ways({ title, ways, way, object, faults, onChange }: WaysProps) {
  const left = useRef(new Map<string, Record<string, unknown>>());
  const choose = (label: string): void => {
    const next = ways.find((one) => one.label === label);
    if (next === undefined) return;
    if (way !== undefined) left.current.set(way.label, Object.fromEntries(way.keys.map((key) => [key, valueAt(object, key)])));
    const without = ways.flatMap(({ keys }) => keys).reduce((rest, key) => withValue(rest, key, undefined), object);
    const said = Object.entries(left.current.get(label) ?? next.initial);
    onChange(said.reduce((whole, [key, value]) => (isAbsent(value) ? whole : withValue(whole, key, value)), without));
  };
  const wrong = ways.flatMap(({ keys }) => keys.flatMap((key) => own(faults, key, way?.fields ?? [])));
  return (
    <div className={classes.ways} data-field={ways[0]?.keys[0]}>
      <SegmentedControl size="xs" aria-label={title} value={way?.label ?? ""} onChange={choose} data={ways.map(({ label }) => label)} />
      {wrong.length > 0 && (
        <div className={classes.rowFaults} role="alert">
          <Faults faults={wrong} />
        </div>
      )}
    </div>
  );
}
