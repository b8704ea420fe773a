import { describe, expect, it } from "vitest";

import { configPath } from "./config-place";

describe("where an object stands in the document", () => {
  it("is below its kind, and the settings are by themselves", () => {
    expect(configPath("upstream_group", "shop")).toBe("upstream_groups.shop");
    expect(configPath("service", "shop", "hosts[0]")).toBe("services.shop.hosts[0]");
    expect(configPath("settings", "default", "limits")).toBe("settings.limits");
  });
});
