import { describe, expect, it } from "vitest";

import { inWords, timeZones, usualDays } from "./recurrence";

describe("a freeze that comes again", () => {
  const weekends = { weekdays: ["fri" as const], starts: "16:00", ends: "08:00", days: 3, time_zone: "Europe/Berlin" };

  it("is said in words", () => {
    expect(inWords(weekends)).toBe("Fridays 16:00 to 08:00, 3 days later");
    expect(inWords({ ...weekends, weekdays: ["mon", "tue"], days: 1 })).toBe("Mondays, Tuesdays 16:00 to 08:00, the next day");
    expect(inWords({ ...weekends, weekdays: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], starts: "01:00", days: 0 })).toBe("Daily 01:00 to 08:00");
  });

  it("ends on the next day when its end lies before its beginning", () => {
    expect(usualDays("16:00", "08:00")).toBe(1);
    expect(usualDays("08:00", "16:00")).toBe(0);
  });

  it("can be by the clock of any zone, UTC among them", () => {
    expect(timeZones().all).toContain("UTC");
    expect(timeZones().all).toContain("Europe/Berlin");
  });
});
