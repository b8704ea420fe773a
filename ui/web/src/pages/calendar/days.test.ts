import { expect, test } from "vitest";

import type { CalendarEntry } from "../../api/types";
import { day, dayKey, dayOf, month, monthOn, moved, on, week } from "./days";

const at = (key: string): Date => dayOf(key) ?? new Date(Number.NaN);
const keys = (days: Date[]): string[] => days.map(dayKey);

const entry = (from: Date, to: Date | null, kind: CalendarEntry["kind"] = "freeze"): CalendarEntry => ({ kind, from: from.toISOString(), to: to?.toISOString() ?? null, title: "x", id: "x", environment: null, state: null, why: null, conflict: null });

test("a day in an address is read as it was written, and what is none is none", () => {
  expect(dayKey(at("2026-11-30"))).toBe("2026-11-30");
  for (const wrong of [undefined, "", "2026-02-30", "2026-1-1", "today"]) expect(dayOf(wrong)).toBeNull();
});

test("weeks begin on Monday, and a month is shown in whole ones", () => {
  expect(keys(week(at("2026-11-29")))).toEqual(["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"]);
  const november = month(at("2026-11-15"));
  expect([november.length, keys(november.flat())[0], keys(november.flat()).at(-1)]).toEqual([6, "2026-10-26", "2026-12-06"]);
  // February of 2027 begins on a Monday and has four weeks.
  expect(month(at("2027-02-10")).length).toBe(4);
});

test("days are counted over changes of the clock", () => {
  for (const key of ["2026-03-28", "2026-10-24", "2026-12-31"]) {
    const next = day(at(key), 1);
    expect([next.getHours(), next.getDate()]).toEqual([0, new Date(at(key).getTime() + 36 * 3_600_000).getDate()]);
  }
});

test("a month further, the last day stands for one that it has not", () => {
  expect(dayKey(monthOn(at("2026-10-31"), 1))).toBe("2026-11-30");
  expect(dayKey(monthOn(at("2026-03-31"), -1))).toBe("2026-02-28");
});

test("arrows go by days and weeks", () => {
  const from = at("2026-11-25");
  const to = (key: string): string | null => {
    const found = moved(from, key);
    return found && dayKey(found);
  };
  expect(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown", "x"].map(to)).toEqual(["2026-11-24", "2026-11-26", "2026-11-18", "2026-12-02", "2026-11-23", "2026-11-29", "2026-10-25", "2026-12-25", null]);
});

test("what lasts is on each of its days, and a moment on one", () => {
  const [first, second, third] = [at("2026-11-25"), at("2026-11-26"), at("2026-11-27")];
  const long = entry(new Date(first.getTime() + 3_600_000), second);
  expect([first, second].map((when) => on([long], when, 0).length)).toEqual([1, 0]);
  const moment = entry(second, null, "scheduled");
  expect([first, second, third].map((when) => on([moment], when, third.getTime()).length)).toEqual([0, 1, 0]);
  const running = entry(first, null, "rollout");
  expect([first, second, third].map((when) => on([running], when, second.getTime() + 1).length)).toEqual([1, 1, 0]);
});
