import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import { ApiError } from "../../api/error";
import type { Cluster } from "../../api/types";
import { Level } from "./level";

// What the server was asked for, what it says, and why the person may not.
const world = vi.hoisted(() => ({ asked: [] as number[][], error: null as Error | null, refusal: null as string | null }));
vi.mock("../../api/cluster", () => ({
  raiseLevel: async (...asked: number[]) => {
    world.asked.push(asked);
    if (world.error !== null) throw world.error;
  },
}));
vi.mock("../../app/workspace", () => ({ useClusterRefusal: () => world.refusal }));

beforeEach(() => Object.assign(world, { asked: [], error: null, refusal: null }));

function show(level: Cluster["level"]) {
  const cluster = { level } as Cluster;
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">
        <Level cluster={cluster} />
      </MantineProvider>
    </QueryClientProvider>,
  );
}

const READY = { now: 1, known: 2, raise_to: 2, held_back: [] };

it("raises by one after saying that it cannot be undone", async () => {
  show(READY);
  expect(screen.getByText(/every member knows 2/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Raise to 2" }));
  expect(await screen.findByText(/cannot be undone/)).toBeVisible();
  expect(world.asked).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Raise level" }));
  await vi.waitFor(() => expect(world.asked).toEqual([[1, 2]]));
});

it("stays open with the server's words when somebody holds it back after all", async () => {
  world.error = new ApiError(409, "conflict", "not every member knows level 2: member-3 does not answer");
  show(READY);
  await userEvent.click(screen.getByRole("button", { name: "Raise to 2" }));
  await userEvent.click(await screen.findByRole("button", { name: "Raise level" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("member-3 does not answer");
});

it("is there for everybody to see, and for the administrator alone to press", async () => {
  world.refusal = "This needs the cluster's administrator";
  show(READY);
  await userEvent.click(screen.getByRole("button", { name: "Raise to 2" }));
  expect(screen.queryByText(/cannot be undone/)).toBeNull();
});

it("names who holds it back, and offers nothing when nobody knows more", () => {
  const { unmount } = show({ now: 1, known: 1, raise_to: null, held_back: ["member-3 knows levels up to 1 (version 0.1.0)"] });
  expect(screen.getByText("member-3 knows levels up to 1 (version 0.1.0)")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
  unmount();
  show({ now: 2, known: 2, raise_to: null, held_back: [] });
  expect(screen.getByText("2")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});
