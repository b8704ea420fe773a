import { MantineProvider } from "@mantine/core";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { type Column, DataTable } from "./data-table";

interface Row {
  id: string;
  name: string;
}

const COLUMNS: Column<Row>[] = [
  { id: "name", header: "Name", cell: (row) => row.name, text: (row) => row.name },
  { id: "id", header: "Id", cell: (row) => row.id, hidden: true },
];
const ROWS: Row[] = [
  { id: "1", name: "edge-1" },
  { id: "2", name: "edge-2" },
];

function show(props: Partial<React.ComponentProps<typeof DataTable<Row>>> = {}) {
  return render(
    <MantineProvider env="test">
      <DataTable label="Nodes" noun="node" columns={COLUMNS} rows={ROWS} rowId={(row) => row.id} empty={<p>No nodes yet</p>} {...props} />
    </MantineProvider>,
  );
}

describe("the table", () => {
  it("moves with j and k, opens with Enter and selects with x", async () => {
    const opened = vi.fn();
    show({ onOpen: opened, bulk: (rows) => <span>{rows.map((row) => row.name).join("+")}</span> });
    await userEvent.keyboard("jj{Enter}");
    expect(opened).toHaveBeenLastCalledWith(ROWS[1]);
    await userEvent.keyboard("xkx");
    expect(screen.getByText("2 nodes selected")).toBeInTheDocument();
    expect(screen.getByText("edge-1+edge-2")).toBeInTheDocument();
  });

  it("leaves keys to whoever is writing", async () => {
    const opened = vi.fn();
    show({ onOpen: opened, toolbar: <input aria-label="filter" /> });
    await userEvent.type(screen.getByLabelText("filter"), "jj{Enter}");
    expect(opened).not.toHaveBeenCalled();
  });

  it("opens a row by click, but not when a link in it was clicked", async () => {
    const opened = vi.fn();
    show({
      onOpen: opened,
      columns: [{ id: "name", header: "Name", cell: (row) => (row.id === "1" ? <a href="#x">{row.name}</a> : row.name) }],
    });
    await userEvent.click(screen.getByText("edge-1"));
    expect(opened).not.toHaveBeenCalled();
    await userEvent.click(screen.getByText("edge-2"));
    expect(opened).toHaveBeenCalledWith(ROWS[1]);
  });

  it("hides columns until they are chosen", async () => {
    show();
    expect(screen.queryByRole("columnheader", { name: "Id" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Choose columns" }));
    await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "Id" }));
    expect(screen.getByRole("columnheader", { name: "Id" })).toBeInTheDocument();
  });

  it("says what is missing when there are no rows, and reads on when there is more", async () => {
    const { unmount } = show({ rows: [] });
    expect(screen.getByText("No nodes yet")).toBeInTheDocument();
    unmount();
    const more = vi.fn();
    show({ hasMore: true, onMore: more });
    expect(screen.getByText("2 nodes so far")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Load more" }));
    expect(more).toHaveBeenCalledTimes(1);
  });

  it("shows a row's detail below it", () => {
    show({ expanded: (row) => (row.id === "1" ? <p>detail of {row.name}</p> : null) });
    const rows = within(screen.getByRole("table")).getAllByRole("row");
    expect(rows[2]).toHaveTextContent("detail of edge-1");
  });
});
