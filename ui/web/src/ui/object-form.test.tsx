import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";

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
  { title: "Targets", fields: [{ kind: "rows", path: "targets", label: "Targets", noun: "target", initial: { host: "" }, ordered: true, columns: [{ kind: "text", path: "host", label: "Host", required: true }, { kind: "number", path: "port", label: "Port" }] }] },
];

const NONE = { upstream_groups: [], middlewares: [], trust_stores: [] };

/** Shows the form of an object, and gives what has become of it. */
function shown(object: object, faults: Fault[] = [], given: Partial<React.ComponentProps<typeof ObjectForm>> = {}): () => object {
  let latest = object;
  function Page() {
    const [value, setValue] = useState(object);
    latest = value;
    return <ObjectForm label="Object" sections={SECTIONS} object={value} faults={faults} references={NONE} onChange={setValue} {...given} />;
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

  it("brings a part that was turned off back as it was", () => {
    const cors = { allowed_origins: Array.from({ length: 10 }, (_, place) => `https://${place}.example.com`), allow_credentials: true, odd: 1 };
    const sections: Section[] = [{ title: "CORS", optional: { path: "cors", initial: { allowed_origins: ["*"] } }, fields: [{ kind: "lines", path: "cors.allowed_origins", label: "Origins" }] }];
    const now = shown({ cors }, [], { sections });
    fireEvent.click(screen.getByRole("switch", { name: "CORS" }));
    expect(now()).toEqual({});
    fireEvent.click(screen.getByRole("switch", { name: "CORS" }));
    expect(now()).toEqual({ cors });
  });

  it("tells as long as something is written in it that means nothing", () => {
    const onWrong = vi.fn<(wrong: boolean) => void>();
    shown({ path: "/", priority: 5, retry: {} }, [], { onWrong });
    write(screen.getByLabelText("Priority"), "2,000");
    write(screen.getByLabelText("Attempts"), "x");
    expect(onWrong.mock.calls).toEqual([[true]]);
    write(screen.getByLabelText("Priority"), "2000");
    expect(onWrong).toHaveBeenCalledTimes(1);
    fireEvent.click(screen.getByRole("switch", { name: "Retry" }));
    expect(onWrong.mock.calls).toEqual([[true], [false]]);
  });

  it("moves what is written in a row with the row", () => {
    const now = shown({ path: "/", targets: [{ host: "a" }, { host: "b" }, { host: "c" }] });
    write(screen.getByLabelText("Port of target 2"), "8o");
    fireEvent.click(screen.getByRole("button", { name: "Move target 2 up" }));
    expect(now()).toEqual({ path: "/", targets: [{ host: "b" }, { host: "a" }, { host: "c" }] });
    expect(screen.getByLabelText("Port of target 1")).toHaveValue("8o");
    expect(screen.getByLabelText("Port of target 2")).toHaveValue("");
    fireEvent.click(screen.getByRole("button", { name: "Remove target 2" }));
    expect(screen.getByLabelText("Port of target 1")).toHaveValue("8o");
    fireEvent.click(screen.getByRole("button", { name: "Remove target 1" }));
    expect(screen.getByLabelText("Host of target 1")).toHaveValue("c");
    expect(screen.getByLabelText("Port of target 1")).toHaveValue("");
  });

  it("does not write what a field would show as something else", () => {
    const now = shown({ path: "/", name: "one\ntwo", hosts: ["a", ""] });
    expect(screen.queryByLabelText("Name")).toBeNull();
    expect(screen.queryByLabelText("Hosts")).toBeNull();
    write(screen.getByLabelText(/^Path/), "/b");
    expect(now()).toEqual({ path: "/b", name: "one\ntwo", hosts: ["a", ""] });
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

  it("is told at a field that the form cannot show", () => {
    shown({ path: "/", hosts: ["a", ""] }, [{ path: "hosts[1]", message: "must not be empty" }]);
    expect(screen.getByRole("alert")).toHaveTextContent("must not be empty");
  });

  it("leads to the field of the row that it is in", () => {
    const scrolled = vi.fn<() => void>();
    Element.prototype.scrollIntoView = scrolled;
    shown({ path: "/", targets: [{ host: "a" }, { host: "b" }] }, [], { goTo: { path: "targets[1].host" } });
    expect(screen.getByLabelText("Host of target 2")).toHaveFocus();
    expect(scrolled).toHaveBeenCalledTimes(1);
  });

  it("leads to no field whose name only begins alike", () => {
    Element.prototype.scrollIntoView = vi.fn<() => void>();
    shown({ path: "/" }, [], { goTo: { path: "pathology" } });
    expect(document.body).toHaveFocus();
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
