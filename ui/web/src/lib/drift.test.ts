import { expect, it } from "vitest";

import { driftState, driftStatus } from "./drift";

it("calls nothing in sync that was not measured", () => {
  expect(driftStatus(null, true).label).toBe("Not measured");
  expect(driftStatus({ status: "not_measured" }, true).label).toBe("Not measured");
  expect(driftStatus({ status: "in_sync" }, false).kind).toBe("unknown");
  expect(driftStatus({ status: "in_sync" }, true).kind).toBe("ok");
  expect(driftStatus({ status: "drifted" }, true).kind).toBe("failed");
});

it("tells drift that is dealt with from drift that needs somebody", () => {
  expect(driftState({ state: "open", resolution: null, tries: 0 }).label).toBe("Open");
  expect(driftState({ state: "open", resolution: null, tries: 1 }).kind).toBe("progressing");
  expect(driftState({ state: "alarm", resolution: null, tries: 3 }).kind).toBe("failed");
  expect(driftState({ state: "resolved", resolution: "manual", tries: 0 }).label).toBe("Left as it is");
});
