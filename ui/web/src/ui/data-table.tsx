import { ActionIcon, Button, Checkbox, Group, Menu, Skeleton, Tooltip } from "@mantine/core";
import { columnVisibilityFeature, createColumnHelper, rowSelectionFeature, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";

import { count } from "../lib/format";
import classes from "./data-table.module.css";
import { saveCsv } from "./export";
import { usePatience } from "./feedback";
import { useHeldRows } from "./held-rows";
import { Icon } from "./icons";
import { useRowKeys } from "./row-keys";

export interface Column<T> {
  id: string;
  header: string;
  cell: (row: T) => React.ReactNode;
  /** For the export; the column is not exported without. */
  text?: (row: T) => string;
  /** In pixels; columns without share what is left. */
  width?: number;
  align?: "right";
  /** Hidden until somebody chooses it. */
  hidden?: boolean;
}

interface DataTableProps<T> {
  /** What the table lists, for screen readers and the export's file name. */
  label: string;
  /** One of its rows: `node`. */
  noun: string;
  columns: Column<T>[];
  /** Undefined while the first page loads. */
  rows: readonly T[] | undefined;
  rowId: (row: T) => string;
  onOpen?: (row: T) => void;
  /** Shown instead of rows when there are none. */
  empty: React.ReactNode;
  /** Filters, on the left of the toolbar. */
  toolbar?: React.ReactNode;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
  /** More words at the foot. */
  footNote?: React.ReactNode;
  /** With this, rows can be selected, and it shows what to do with them. */
  bulk?: (rows: T[], clear: () => void) => React.ReactNode;
  /** A row's detail, below it. */
  expanded?: (row: T) => React.ReactNode;
}

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });
const ROW_PX = 38;
/** Below this many rows all are in the document: find-in-page and screen readers get everything. */
const VIRTUAL_FROM = 120;
const NO_ROWS: never[] = [];

/** Every list of the product: server pages, columns to choose, export, selection, keyboard. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, noun, columns, rowId, onOpen, bulk, hasMore = false, loadingMore = false, onMore, expanded } = props;
  const [pointerInside, setPointerInside] = useState(false);
  const { rows, waiting } = useHeldRows<T>(props.rows ?? NO_ROWS, rowId, pointerInside);
  const scroller = useRef<HTMLDivElement>(null);

  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, T & object>();
    return columns.map((column) => helper.display({ id: column.id, header: column.header, cell: ({ row }) => column.cell(row.original) }));
  }, [columns]);
  const table = useTable({
    features,
    columns: definitions,
    data: rows as readonly (T & object)[],
    getRowId: (row: T) => rowId(row),
    initialState: { columnVisibility: Object.fromEntries(columns.map((column) => [column.id, column.hidden !== true])) },
  });
  const shownRows = table.getRowModel().rows;
  const visible = table.getVisibleLeafColumns();
  const byId = new Map(columns.map((column) => [column.id, column]));

  const virtual = shownRows.length >= VIRTUAL_FROM && expanded === undefined;
  const virtualizer = useVirtualizer({
    count: shownRows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 16,
    enabled: virtual,
  });
  const items = virtual ? virtualizer.getVirtualItems() : shownRows.map((_, index) => ({ index }));
  const before = virtual ? (virtualizer.getVirtualItems()[0]?.start ?? 0) : 0;
  const after = virtual ? virtualizer.getTotalSize() - (virtualizer.getVirtualItems().at(-1)?.end ?? 0) : 0;

  const keys = useRowKeys({
    count: shownRows.length,
    open: (index) => {
      const row = shownRows[index];
      if (row !== undefined) onOpen?.(row.original);
    },
    toggle: (index) => bulk !== undefined && shownRows[index]?.toggleSelected(),
    reveal: (index) => {
      if (virtual) virtualizer.scrollToIndex(index);
      else scroller.current?.querySelector(`[data-row="${index}"]`)?.scrollIntoView({ block: "nearest" });
    },
  });

  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !loadingMore && virtual && last >= shownRows.length - 20) onMore?.();
  }, [hasMore, loadingMore, virtual, last, shownRows.length, onMore]);

  const selected = bulk === undefined ? NO_ROWS : table.getSelectedRowModel().rows.map((row) => row.original as T);
  const clear = (): void => table.resetRowSelection(true);
  const loading = props.rows === undefined;
  const nothing = !loading && rows.length === 0 && !hasMore;

  return (
    <div className={classes.wrap}>
      <div className={classes.toolbar}>
        {selected.length > 0 && bulk !== undefined ? (
          <Group gap="xs" role="toolbar" aria-label="Selected rows">
            <strong>{count(selected.length, noun)} selected</strong>
            {bulk(selected, clear)}
            <Button variant="subtle" color="gray" onClick={clear}>
              Clear
            </Button>
          </Group>
        ) : (
          <Group gap="xs">{props.toolbar}</Group>
        )}
        <Group gap={4} ml="auto">
          {waiting > 0 && <span className="dim">{count(waiting, "new row")} when the pointer leaves</span>}
          <ColumnMenu columns={columns} isVisible={(id) => table.getColumn(id)?.getIsVisible() ?? true} toggle={(id) => table.getColumn(id)?.toggleVisibility()} />
          <Tooltip label="Save the rows that are loaded as CSV">
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label="Export as CSV"
              disabled={rows.length === 0}
              onClick={() => saveCsv(label, columns.filter((column) => table.getColumn(column.id)?.getIsVisible()), rows)}
            >
              <Icon name="download" />
            </ActionIcon>
          </Tooltip>
        </Group>
      </div>
      {nothing ? (
        <div className={`panel ${classes.emptyBox}`}>{props.empty}</div>
      ) : (
        <div
          className={`panel ${classes.scroller}`}
          ref={scroller}
          // A box that scrolls must be reachable by keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          role="region"
          aria-label={label}
        >
          <table className={classes.table} aria-busy={loading} aria-rowcount={hasMore ? -1 : rows.length + 1}>
            <thead>
              <tr>
                {bulk !== undefined && (
                  <th className={classes.check} scope="col">
                    <Checkbox
                      size="xs"
                      aria-label="Select all loaded rows"
                      checked={rows.length > 0 && table.getIsAllRowsSelected()}
                      indeterminate={table.getIsSomeRowsSelected()}
                      onChange={() => table.toggleAllRowsSelected()}
                    />
                  </th>
                )}
                {visible.map(({ id }) => (
                  <th key={id} scope="col" className={byId.get(id)?.align === "right" ? classes.right : undefined} style={{ width: byId.get(id)?.width }}>
                    {byId.get(id)?.header}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody onPointerEnter={() => setPointerInside(true)} onPointerLeave={() => setPointerInside(false)}>
              {loading && <LoadingRows columns={visible.length + (bulk === undefined ? 0 : 1)} />}
              {before > 0 && <Spacer height={before} />}
              {items.map(({ index }) => {
                const row = shownRows[index];
                if (row === undefined) return null;
                const detail = expanded?.(row.original);
                return [
                  <tr
                    key={row.id}
                    data-row={index}
                    aria-rowindex={index + 2}
                    aria-selected={bulk === undefined ? undefined : row.getIsSelected()}
                    className={`${index === keys.active ? classes.active : ""} ${onOpen === undefined ? "" : classes.opens}`}
                    onClick={(event) => {
                      keys.setActive(index);
                      if (opensRow(event)) onOpen?.(row.original);
                    }}
                  >
                    {bulk !== undefined && (
                      <td className={classes.check}>
                        <Checkbox size="xs" aria-label={`Select ${byLabel(columns, row.original)}`} checked={row.getIsSelected()} onChange={() => row.toggleSelected()} />
                      </td>
                    )}
                    {row.getVisibleCells().map((cell) => (
                      <td key={cell.id} className={byId.get(cell.column.id)?.align === "right" ? classes.right : undefined}>
                        <table.FlexRender cell={cell} />
                      </td>
                    ))}
                  </tr>,
                  detail !== undefined && detail !== null && (
                    <tr key={`${row.id} detail`} className={classes.detail}>
                      <td colSpan={visible.length + (bulk === undefined ? 0 : 1)}>{detail}</td>
                    </tr>
                  ),
                ];
              })}
              {after > 0 && <Spacer height={after} />}
            </tbody>
          </table>
        </div>
      )}
      <div className={classes.foot}>
        {!loading && !nothing && <span>{count(rows.length, noun)}{hasMore ? " so far" : ""}</span>}
        {props.footNote}
        {hasMore && (
          <Button variant="subtle" size="compact-xs" loading={loadingMore} onClick={onMore}>
            Load more
          </Button>
        )}
      </div>
    </div>
  );
}

/** A click on a link, a button or a marked text is not a click on the row. */
function opensRow(event: React.MouseEvent): boolean {
  const target = event.target as HTMLElement;
  const marked = (globalThis.getSelection?.()?.toString() ?? "") !== "";
  return !marked && target.closest("a, button, input, label, [role=dialog]") === null;
}

function byLabel<T>(columns: Column<T>[], row: T): string {
  return columns.find((column) => column.text !== undefined)?.text?.(row) ?? "row";
}

function ColumnMenu<T>({ columns, isVisible, toggle }: { columns: Column<T>[]; isVisible: (id: string) => boolean; toggle: (id: string) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Choose columns">
          <Icon name="columns" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Columns</Menu.Label>
        {columns.slice(1).map((column) => (
          <Menu.CheckboxItem key={column.id} checked={isVisible(column.id)} onChange={() => toggle(column.id)}>
            {column.header}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function LoadingRows({ columns }: { columns: number }) {
  if (!usePatience()) return null;
  return Array.from({ length: 8 }, (_, row) => (
    <tr key={row} aria-hidden="true">
      {Array.from({ length: columns }, (_, column) => (
        <td key={column}>
          <Skeleton height={12} width={`${80 - ((row * 31 + column * 17) % 45)}%`} />
        </td>
      ))}
    </tr>
  ));
}

function Spacer({ height }: { height: number }) {
  return (
    <tr aria-hidden="true" style={{ height }}>
      <td style={{ padding: 0, border: 0, height }} />
    </tr>
  );
}
