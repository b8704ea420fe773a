import { ActionIcon, Tooltip } from "@mantine/core";
import { useMemo, useState } from "react";

import type { ConfigDocument } from "../../api/types";
import { type ConfigObject, FORM_KINDS, objectAt, referencesOf, withObject } from "../../lib/config-object";
import { configPath } from "../../lib/config-place";
import type { Fault } from "../../lib/object-fields";
import { isWithin } from "../../lib/object-path";
import { sentence } from "../../lib/words";
import { ActionButton } from "../../ui/action-button";
import { Remark } from "../../ui/editor-page";
import { Icon } from "../../ui/icons";
import { LargeSelect } from "../../ui/large-select";
import { ObjectForm } from "../../ui/object-form";
import { AddObjectDialog } from "./add-object-dialog";
import { sectionsOf } from "./forms";
import classes from "./object-panel.module.css";

interface ObjectPanelProps {
  /** What the text says now. */
  document: ConfigDocument;
  /** All in it that have a form. */
  objects: readonly ConfigObject[];
  /** The one that is shown; there may be none. */
  object: ConfigObject | undefined;
  onAt: (path: string | undefined) => void;
  /** What is wrong, by paths in the document. */
  faults: readonly Fault[];
  /** A field to go to; a new object goes there again. */
  goTo: { path: string } | null;
  onChange: (document: ConfigDocument) => void;
  /** Something is written in a field that the text cannot say, or nothing is any more. */
  onUnread: (unread: boolean) => void;
}

/** One object of the configuration as a form. It changes the text, and nothing else. */
export function ObjectPanel({ document, objects, object, onAt, faults, goTo, onChange, onUnread }: ObjectPanelProps) {
  const [adding, setAdding] = useState(false);
  const references = useSame(useMemo(() => referencesOf(document), [document]));
  const choices = useSame(useMemo(() => choicesOf(objects), [objects]));
  const place = object?.path;
  const within = useMemo(() => (place === undefined ? [] : faultsIn(faults, objects, place)), [faults, objects, place]);
  const field = useMemo(() => (goTo !== null && place !== undefined && isWithin(goTo.path, place) ? { path: goTo.path.slice(place.length + 1) } : null), [goTo, place]);
  const remove = (gone: ConfigObject): void => {
    onChange(withObject(document, gone, undefined));
    onAt(objects.find(({ kind, path }) => kind === gone.kind && path !== gone.path)?.path);
  };
  return (
    <div className={classes.panel}>
      <div className={classes.bar}>
        <LargeSelect
          className={classes.picker}
          aria-label="Object"
          placeholder="Nothing to choose"
          options={choices}
          value={object?.path ?? null}
          onChange={(path) => path !== null && onAt(path)}
          maxDropdownHeight={420}
        />
        <ActionButton label="Add" icon="plus" onClick={() => setAdding(true)} />
        {object !== undefined && (
          <Tooltip label="Take it out of the text">
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${sentence(object.kind).toLowerCase()} ${object.slug}`} onClick={() => remove(object)}>
              <Icon name="trash" />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <div className={classes.body}>
        {object === undefined ? (
          <Remark>There is no service, upstream group, listener or middleware yet. “Add a service” begins with one that works.</Remark>
        ) : (
          <ObjectForm
            key={object.path}
            label={`${sentence(object.kind)} ${object.slug}`}
            sections={sectionsOf(object)}
            object={object.value}
            faults={within}
            references={references}
            onChange={(value) => onChange(withObject(document, object, value))}
            onWrong={onUnread}
            goTo={field}
          />
        )}
      </div>
      {adding && (
        <AddObjectDialog
          document={document}
          onClose={() => setAdding(false)}
          onAdd={(name, value) => {
            onChange(withObject(document, name, value));
            onAt(configPath(name.kind, name.slug));
            setAdding(false);
          }}
        />
      )}
    </div>
  );
}

/** What is the same as before stays the very same: lists of thousands are not looked through at each key. */
function useSame<T>(value: T): T {
  const [known, setKnown] = useState(value);
  if (known === value || JSON.stringify(known) === JSON.stringify(value)) return known;
  setKnown(value);
  return value;
}

/** By kind; an object is told from one of another kind by its place. */
function choicesOf(objects: readonly ConfigObject[]) {
  return FORM_KINDS.map((kind) => ({ group: `${sentence(kind)}s`, items: objects.filter((object) => object.kind === kind).map(({ path, slug }) => ({ value: path, label: slug })) })).filter(({ items }) => items.length > 0);
}

/** What is wrong in an object, by paths in it. */
function faultsIn(faults: readonly Fault[], objects: readonly ConfigObject[], path: string): Fault[] {
  const isOwn = (fault: Fault): boolean => isWithin(fault.path, path) && objectAt(objects, fault.path)?.path === path;
  return faults.filter(isOwn).map((fault) => ({ ...fault, path: fault.path.slice(path.length + 1) }));
}
