import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { describe, expect, it } from "vitest";

import { ValueField, type ValueHandle, valueOf } from "./value-field";

const shown = (): React.RefObject<ValueHandle | null> => {
  const handle = createRef<ValueHandle>();
  render(
    <MantineProvider>
      <ValueField handle={handle} label="Value" />
    </MantineProvider>,
  );
  return handle;
};

describe("the field of a value", () => {
  it("is not filled in by browsers, and not looked through for mistakes", () => {
    shown();
    const field = screen.getByLabelText(/^Value/);
    expect(field).toHaveAttribute("autocomplete", "off");
    expect(field).toHaveAttribute("spellcheck", "false");
  });

  it("gives what was written without the line ends at its end, unless they belong to it", async () => {
    const handle = shown();
    await userEvent.type(screen.getByLabelText(/^Value/), "one{Enter}two{Enter}");
    expect(handle.current?.read()).toBe("one\ntwo");
    await userEvent.click(screen.getByLabelText("Line ends at its end belong to it"));
    expect(handle.current?.read()).toBe("one\ntwo\n");
    expect(valueOf("\r\n", false)).toBe("");
  });
});
