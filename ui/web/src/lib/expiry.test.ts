import { expect, it } from "vitest";

import { expiresAt, spent } from "./expiry";

const NOW = Date.parse("2026-11-24T12:00:00Z");

it("expiries are counted from now, and never is null", () => {
  expect(expiresAt("7", NOW)).toBe("2026-12-01T12:00:00.000Z");
  expect(expiresAt("never", NOW)).toBeNull();
});

it("a credential tells why it is no longer good", () => {
  expect(spent({ expires_at: "2026-11-24T11:59:59Z" }, NOW)).toBe("Expired");
  expect(spent({ revoked_at: "2026-11-24T11:59:59Z", expires_at: "2026-11-24T11:00:00Z" }, NOW)).toBe("Revoked");
  expect(spent({ uses_left: 0 }, NOW)).toBe("Used up");
  expect(spent({ uses_left: null, expires_at: null }, NOW)).toBeNull();
});
