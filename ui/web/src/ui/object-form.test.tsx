import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it } from "vitest";

import type { Fault, Section } from "../lib/object-fields";
import { ObjectForm } from "./object-form";

const SECTIONS: readonly Section[] = [
  {
    title: "Which",
    fields: [
      { kind: "text", path: "path", label: "Path", required: true },
      { kind: "text", path: "name", label: "Name" },
      { kind: "number", path: "priority", label: "Priority" },
      { kind: "switch", path: "enabled", label: "Enabled", usual: true },
      { kind: "lines", path: "hosts", label: "Hosts" },
      { kind: "choice", path: "by", label: "By", options: [{ value: "service", label: "Service" }] },
    ],
  },
  {
    title: "Where",
    fields: [],
    ways: [
      { label: "Group", keys: ["group"], initial: { group: "" }, fields: [{ kind: "text", path: "group", label: "To group" }] },
      { label: "Redirect", keys: ["url", "status"], initial: { url: "" }, fields: [{ kind: "text", path: "url", label: "To URL" }] },
    ],
  },
  { title: "Retry", optional: { path: "retry", initial: {} }, fields: [{ kind: "number", path: "retry.attempts", label: "Attempts" }] },
  { title: "Targets", fields: [{ kind: "rows", path: "targets", label: "Targets", noun: "target", initial: { host: "" }, columns: [{ kind: "text", path: "host", label: "Host", required: true }] }] },
];

const NONE = { upstream_groups: [], middlewares: [], trust_stores: [] };

/** Shows the form of an object, and gives what has become of it. */
function shown(object: object, faults: Fault[] = []): () => object {
  let latest = object;
  function Page() {
    const [value, setValue] = useState(object);
    latest = value;
    return <ObjectForm label="Object" sections={SECTIONS} object={value} faults={faults} references={NONE} onChange={setValue} />;
  }
  render(
    <MantineProvider>
      <Page />
    </MantineProvider>,
  );
  return () => latest;
}

const write = (field: HTMLElement, value: string): boolean => fireEvent.change(field, { target: { value } });

describe("the form of an object", () => {
  it("leaves alone what it does not know, whatever is changed beside it", () => {
    const strange = { deep: [1, null, { x: "y" }] };
    const now = shown({ strange, path: "/a", by: { header: "X-A" }, targets: [{ host: "a", port: 80, later: true }], retry: { attempts: 3, odd: 1 } });
    expect(screen.getByText(/in a way that the form does not know/)).toBeInTheDocument();
    write(screen.getByLabelText(/^Path/), "/ab");
    write(screen.getByLabelText("Host of target 1"), "ab");
    write(screen.getByLabelText("Attempts"), "");
    expect(now()).toEqual({ strange, path: "/ab", by: { header: "X-A" }, targets: [{ host: "ab", port: 80, later: true }], retry: { odd: 1 } });
  });

  it("does not write what is as it usually is", () => {
    const now = shown({ path: "/" });
    write(screen.getByLabelText("Name"), "a");
    fireEvent.click(screen.getByLabelText("Enabled"));
    expect(now()).toEqual({ path: "/", name: "a", enabled: false });
    write(screen.getByLabelText("Name"), "");
    fireEvent.click(screen.getByLabelText("Enabled"));
    expect(now()).toEqual({ path: "/" });
  });

  it("keeps what was written on the screen until it means something", () => {
    const now = shown({ path: "/", priority: 5 });
    write(screen.getByLabelText("Priority"), "5x");
    expect(screen.getByLabelText("Priority")).toHaveValue("5x");
    expect(screen.getByText("Must be a whole number")).toBeInTheDocument();
    expect(now()).toEqual({ path: "/", priority: 5 });
    write(screen.getByLabelText("Hosts"), "a.example.com\n");
    expect(screen.getByLabelText("Hosts")).toHaveValue("a.example.com\n");
    expect(now()).toEqual({ path: "/", priority: 5, hosts: ["a.example.com"] });
  });

  it("says one way at a time, and brings back what was said of another", () => {
    const now = shown({ path: "/", url: "https://example.com", status: 308 });
    fireEvent.click(screen.getByText("Group"));
    write(screen.getByLabelText("To group"), "shop");
    expect(now()).toEqual({ path: "/", group: "shop" });
    fireEvent.click(screen.getByText("Redirect"));
    expect(now()).toEqual({ path: "/", url: "https://example.com", status: 308 });
  });

  it("turns parts on and off", () => {
    const now = shown({ path: "/" });
    fireEvent.click(screen.getByRole("switch", { name: "Retry" }));
    expect(now()).toEqual({ path: "/", retry: {} });
    write(screen.getByLabelText("Attempts"), "4");
    write(screen.getByLabelText("Attempts"), "");
    expect(now()).toEqual({ path: "/", retry: {} });
    fireEvent.click(screen.getByRole("switch", { name: "Retry" }));
    expect(now()).toEqual({ path: "/" });
  });

  it("adds rows and takes them away", () => {
    const now = shown({ path: "/" });
    fireEvent.click(screen.getByRole("button", { name: "Add target" }));
    fireEvent.click(screen.getByRole("button", { name: "Add target" }));
    write(screen.getByLabelText("Host of target 2"), "b");
    fireEvent.click(screen.getByRole("button", { name: "Remove target 1" }));
    expect(now()).toEqual({ path: "/", targets: [{ host: "b" }] });
    fireEvent.click(screen.getByRole("button", { name: "Remove target 1" }));
    expect(now()).toEqual({ path: "/" });
  });
});

describe("what is wrong with an object", () => {
  const said = (label: string): HTMLElement => screen.getByLabelText(label).closest<HTMLElement>("[data-field]") ?? document.body;

  it("is told at its field, with what to do instead", () => {
    shown({ path: "/", hosts: ["UP"], targets: [{ host: "a" }] }, [
      { path: "hosts[0]", message: "must be in lowercase" },
      { path: "targets[0].host", message: "is no host", help: "write a name" },
      { path: "targets[0]", message: "is there twice" },
    ]);
    expect(said("Hosts")).toHaveTextContent("must be in lowercase");
    expect(said("Host of target 1")).toHaveTextContent("is no host");
    expect(said("Host of target 1")).toHaveTextContent("write a name");
    expect(screen.getByRole("alert")).toHaveTextContent("target 1: is there twice");
  });

  it("is told at the head of a part, of a choice, or of the form when there is no field for it", () => {
    shown({ path: "/", retry: {} }, [
      { path: "retry", message: "breaks the proxy" },
      { path: "group", message: "needs exactly one" },
      { path: "strange.thing", message: "is not known" },
    ]);
    const alerts = screen.getAllByRole("alert").map((alert) => alert.textContent);
    expect(alerts).toEqual(["strange.thing is not known", "needs exactly one", "breaks the proxy"]);
  });
});
