import { ActionIcon, Button } from "@mantine/core";

import { faultsAt, type Fault, type Field } from "../lib/object-fields";
import { isWithin, valueAt } from "../lib/object-path";
import { Icon, type IconName } from "./icons";
import { useMovingKeys } from "./moving-keys";
import { Faults, type FieldProps, ObjectField } from "./object-field";
import classes from "./object-form.module.css";

/** A list of small objects, a row for each. */
export function ObjectRows({ field, object, prefix = "", faults, references, onChange }: FieldProps<Extract<Field, { kind: "rows" }>>) {
  const rows = (valueAt(object, field.path) as object[] | null | undefined) ?? [];
  const set = (next: object[]): void => onChange(field.path, next.length === 0 && field.required !== true ? undefined : next);
  // What is written in a row and means nothing yet goes where the row goes.
  const { keys, ...known } = useMovingKeys(rows.length);
  const move = (from: number, to: number): void => {
    const next = rows.filter((_, place) => place !== from);
    next.splice(to, 0, ...rows.slice(from, from + 1));
    known.move(from, to);
    set(next);
  };
  const remove = (place: number): void => {
    known.remove(place);
    set(rows.filter((_, other) => other !== place));
  };
  const own = faultsAt(faults, field);
  return (
    <div role="group" aria-label={field.label}>
      {field.description !== undefined && <div className="dim">{field.description}</div>}
      {rows.length > 0 && (
        <table className={classes.rows}>
          <thead>
            <tr>
              {field.columns.map(({ path, label, kind }) => (
                <th key={path} scope="col" data-kind={kind}>
                  {label}
                </th>
              ))}
              <th className={classes.acts}>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, place) => {
              const path = `${field.path}[${place}]`;
              const named = `${field.noun} ${place + 1}`;
              return (
                <tr key={keys[place]} data-field={`${prefix}${path}`}>
                  {field.columns.map((column) => (
                    <td key={column.path}>
                      <ObjectField
                        field={column}
                        object={row}
                        prefix={`${prefix}${path}.`}
                        faults={inRow(faults, path)}
                        references={references}
                        onChange={(inner, value) => onChange(`${path}.${inner}`, value)}
                        inCell={named}
                      />
                    </td>
                  ))}
                  <td className={classes.acts}>
                    {field.ordered && <Act icon="up" label={`Move ${named} up`} disabled={place === 0} onClick={() => move(place, place - 1)} />}
                    {field.ordered && <Act icon="down" label={`Move ${named} down`} disabled={place === rows.length - 1} onClick={() => move(place, place + 1)} />}
                    <Act icon="trash" label={`Remove ${named}`} onClick={() => remove(place)} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {own.length > 0 && (
        <div className={classes.rowFaults} role="alert">
          <Faults faults={own.map((fault) => ({ ...fault, message: `${placeWords(field, fault.path)}${fault.message}` }))} />
        </div>
      )}
      <Button variant="default" size="compact-xs" leftSection={<Icon name="plus" size={13} />} onClick={() => set([...rows, field.initial])}>
        Add {field.noun}
      </Button>
    </div>
  );
}

/** Which row something is about, where it is about one: `target 2: `. */
function placeWords({ path, noun }: { path: string; noun: string }, at: string): string {
  const [, place] = /^\[(\d+)\]/.exec(at.slice(path.length)) ?? [];
  return place === undefined ? "" : `${noun} ${Number(place) + 1}: `;
}

/** What is wrong in a row, by paths in it. */
function inRow(faults: readonly Fault[], path: string): Fault[] {
  return faults.filter((fault) => isWithin(fault.path, path) && fault.path !== path).map((fault) => ({ ...fault, path: fault.path.slice(path.length + 1) }));
}

function Act({ icon, label, disabled = false, onClick }: { icon: IconName; label: string; disabled?: boolean; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} disabled={disabled} onClick={onClick}>
      <Icon name={icon} size={14} />
    </ActionIcon>
  );
}
