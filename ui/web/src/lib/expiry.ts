// Until when a credential is good, as people choose it.

const DAY_MS = 86_400_000;

export const EXPIRIES = [
  { value: "1", label: "In a day" },
  { value: "7", label: "In a week" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "never", label: "Never" },
];

/** The moment that a choice means; null: never. */
export function expiresAt(choice: string, now: number): string | null {
  return choice === "never" ? null : new Date(now + Number(choice) * DAY_MS).toISOString();
}

/** Why a credential is no longer good; null: it is. */
export function spent(credential: { revoked_at?: string | null; expires_at?: string | null; uses_left?: number | null }, now: number): "Revoked" | "Expired" | "Used up" | null {
  if (credential.revoked_at) return "Revoked";
  if (credential.expires_at && Date.parse(credential.expires_at) <= now) return "Expired";
  return credential.uses_left === 0 ? "Used up" : null;
}
