import { MantineProvider } from "@mantine/core";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { describe, expect, it } from "vitest";

import { PemField, type PemHandle } from "./pem-field";

const shown = (): React.RefObject<PemHandle | null> => {
  const handle = createRef<PemHandle>();
  render(
    <MantineProvider>
      <PemField handle={handle} label="Private key" description="PEM" concealed />
    </MantineProvider>,
  );
  return handle;
};

describe("the field of a private key", () => {
  it("is not filled in by browsers, and shows no character", () => {
    shown();
    const field = screen.getByLabelText("Private key");
    expect(field).toHaveAttribute("autocomplete", "off");
    expect(field).toHaveAttribute("spellcheck", "false");
    expect(field).toHaveClass("concealed");
  });

  it("gives what was written, or what is in a file", async () => {
    const handle = shown();
    await userEvent.type(screen.getByLabelText("Private key"), "one");
    expect(handle.current?.read()).toBe("one");
    const file = new File(["two"], "key.pem");
    file.text = () => Promise.resolve("two");
    await userEvent.upload(document.querySelector<HTMLInputElement>("input[type=file]") ?? document.createElement("input"), file);
    await waitFor(() => expect(handle.current?.read()).toBe("two"));
  });
});
