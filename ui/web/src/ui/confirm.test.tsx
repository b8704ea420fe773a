import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { ApiError } from "../api/error";
import { Confirm } from "./confirm";

function show(props: Partial<React.ComponentProps<typeof Confirm>>) {
  return render(
    <MantineProvider env="test">
      <Confirm opened onClose={() => {}} title="Remove edge-1" verb="Remove node" busy={false} error={null} onConfirm={() => {}} {...props}>
        Its key stops working.
      </Confirm>
    </MantineProvider>,
  );
}

it("what cannot be undone needs the name typed", async () => {
  const confirmed = vi.fn();
  show({ typed: "edge-1", onConfirm: confirmed });
  const button = await screen.findByRole("button", { name: "Remove node" });
  expect(button).toBeDisabled();
  await userEvent.type(screen.getByRole("textbox"), "edge-1{Enter}");
  expect(confirmed).toHaveBeenCalledTimes(1);
});

it("stays open with the server's words when it is refused", async () => {
  show({ error: new ApiError(503, "no_leader", "there is no leader") });
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("there is no leader");
  expect(alert).toHaveTextContent("Nothing was changed");
});
