import { expect, it, vi } from "vitest";

import { ApiError } from "../api/error";
import { showServerErrors } from "./form-errors";

it("puts the server's words at their fields and gives back what is about none of them", () => {
  const setErrors = vi.fn();
  const fields = { version: ["is taken"], other: ["is wrong"] };
  const error = new ApiError(422, "invalid", "…", fields);
  expect(showServerErrors({ setErrors }, error, { version: "version" })).toBe(error);
  expect(setErrors).toHaveBeenLastCalledWith({ version: "Is taken" });
  expect(showServerErrors({ setErrors }, error, { version: "version", other: "second" })).toBeNull();
  expect(showServerErrors({ setErrors }, new ApiError(409, "conflict", "no"), {})?.message).toBe("no");
});
