import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";

import { ApiError } from "../../api/error";
import { ChangePassword } from "./change-password";

// What the server was asked for, and what it says.
const server = vi.hoisted(() => ({ asked: [] as string[][], refusal: null as Error | null }));
vi.mock("../../api/session", () => ({
  changePassword: async (...asked: string[]) => {
    server.asked.push(asked);
    if (server.refusal !== null) throw server.refusal;
  },
}));

beforeEach(() => Object.assign(server, { asked: [], refusal: null }));

function show(onClose = () => {}) {
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">
        <ChangePassword onClose={onClose} />
      </MantineProvider>
    </QueryClientProvider>,
  );
}

function submit(current: string, next: string, again: string): void {
  const fields = { "Current password": current, "New password": next, "New password, again": again };
  for (const [label, value] of Object.entries(fields)) {
    fireEvent.change(screen.getByLabelText(new RegExp(`^${label}( \\*)?$`)), { target: { value } });
  }
  fireEvent.submit(screen.getByRole("button", { name: "Change password" }));
}

it("asks for nothing before the new password was typed twice alike", async () => {
  const closed = vi.fn();
  show(closed);
  submit("the old password", "another long password", "another long passwort");
  expect(await screen.findByText("Is not the same as the new password")).toBeVisible();
  expect(server.asked).toEqual([]);
  submit("the old password", "another long password", "another long password");
  await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(1));
  expect(server.asked).toEqual([["the old password", "another long password"]]);
});

it("shows the server's words at their fields", async () => {
  const fields = { current: ["is not your current password"], new: ["must have at least 12 characters"] };
  server.refusal = new ApiError(422, "invalid", "…", fields);
  show();
  submit("wrong", "short", "short");
  expect(await screen.findByText("Is not your current password")).toBeVisible();
  expect(screen.getByText("Must have at least 12 characters")).toBeVisible();
});
