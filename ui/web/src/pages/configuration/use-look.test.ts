import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { diffConfiguration, previewConfiguration } from "../../api/configuration";
import { ApiError } from "../../api/error";
import type { ConfigDiff, ConfigPreview } from "../../api/types";
import { useLook } from "./use-look";

vi.mock("../../api/configuration");

const PREVIEW: ConfigPreview = { valid: true, problems: [], warnings: [], needs: [], generated: null };
const diff = (revision: number): ConfigDiff => ({ added: 0, changed: 1, removed: 0, changes: [], revision });
const refused = new ApiError(503, "no_leader", "There is no leader");
const passed = (): Promise<void> => act(async () => void (await vi.advanceTimersByTimeAsync(1_000)));
const looked = (source: string) => renderHook(({ source, saved }) => useLook("shop", source, saved), { initialProps: { source, saved: "{}" } });

beforeEach(() => {
  vi.useFakeTimers();
  vi.mocked(previewConfiguration).mockReset().mockResolvedValue(PREVIEW);
  vi.mocked(diffConfiguration).mockReset().mockResolvedValue(diff(7));
});

afterEach(() => void vi.useRealTimers());

describe("what a text would change", () => {
  it("is known of exactly this text and this configuration, and old while another is looked at", async () => {
    const { result, rerender } = looked('{"a":1}');
    expect(result.current.change).toEqual({ diff: null, old: false, error: null });
    await passed();
    expect(result.current.change).toEqual({ diff: diff(7), old: false, error: null });
    rerender({ source: '{"a":2}', saved: "{}" });
    expect(result.current.change).toEqual({ diff: diff(7), old: true, error: null });
    await passed();
    expect(result.current.change.old).toBe(false);
    vi.mocked(diffConfiguration).mockResolvedValue(diff(8));
    rerender({ source: '{"a":2}', saved: '{"b":1}' });
    expect(result.current.change).toEqual({ diff: diff(7), old: true, error: null });
    await passed();
    expect(result.current.change).toEqual({ diff: diff(8), old: false, error: null });
  });

  it("is not known when it cannot be looked at, and is when that is asked again", async () => {
    vi.mocked(diffConfiguration).mockRejectedValueOnce(refused);
    const { result } = looked('{"a":1}');
    await passed();
    expect(result.current.state).toBe("valid");
    expect(result.current.change).toEqual({ diff: null, old: false, error: refused });
    act(() => result.current.again());
    await passed();
    expect(result.current.change).toEqual({ diff: diff(7), old: false, error: null });
  });

  it("is known also when the compiler cannot look", async () => {
    vi.mocked(previewConfiguration).mockRejectedValue(refused);
    const { result } = looked('{"a":1}');
    await passed();
    expect(result.current.state).toBe("unknown");
    expect(result.current.error).toBe(refused);
    expect(result.current.change.diff).toEqual(diff(7));
  });

  it("is nothing for a text that is no JSON, or that is what the project has", async () => {
    const { result, rerender } = looked('{"a":1}');
    await passed();
    rerender({ source: "{", saved: "{}" });
    expect(result.current.change.diff).toBeNull();
    rerender({ source: "{}", saved: "{}" });
    await passed();
    expect(result.current.change.diff).toBeNull();
    expect(diffConfiguration).toHaveBeenCalledTimes(1);
  });
});
