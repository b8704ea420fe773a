// The main job of the product, as a person does it: a configuration with a mistake, mended, compiled, rolled out, watched to its end.
import { expect, test } from "@playwright/test";

import { signIn, watchForTrouble } from "./session";

const BROKEN = `system {
    worker-threads 0
}
listeners {
    listener "http" {
        address "0.0.0.0:\${node.http_port}"
    }
}
upstreams {
    upstream "shop" {
        target "127.0.0.1:8080"
    }
}
routes {
    route "shop" {
        matches {
            path-prefix "/"
        }
        upsteam "shop"
    }
}
`;
const MISTAKE_LINE = 19;

test("a configuration is written, mended, created, rolled out and watched to its end", async ({ page }) => {
  test.setTimeout(240_000);
  const trouble = watchForTrouble(page);
  const project = await signIn(page);
  const version = `9.${Date.now()}`;

  await page.getByRole("link", { name: "Create bundle" }).click();
  const editor = page.getByRole("textbox", { name: "Configuration in KDL" });
  await editor.waitFor();
  await test.step("a mistake is shown at its line", async () => {
    await editor.fill(BROKEN);
    await page.getByLabel("Version").fill(version);
    const findings = page.getByRole("list", { name: "Findings" });
    await expect(findings.getByText(`Line ${MISTAKE_LINE}`)).toBeVisible();
    await expect(page.locator(".cm-lint-marker-error")).toHaveCount(1);
    await findings.getByRole("button").first().click();
    await expect(page.locator(".cm-activeLine")).toContainText("upsteam");
  });

  await test.step("the server refuses it too, at the same line", async () => {
    const refused = page.waitForResponse((answer) => answer.url().endsWith("/bundles") && answer.request().method() === "POST");
    await page.getByRole("button", { name: "Create bundle" }).click();
    expect((await refused).status()).toBe(422);
    await expect(page.getByRole("list", { name: "Findings" }).getByText(`Line ${MISTAKE_LINE}`)).toBeVisible();
    await expect(page).toHaveURL(/bundles\/new/);
  });

  await test.step("mended, it is created", async () => {
    await editor.fill(BROKEN.replace("upsteam", "upstream"));
    await expect(page.getByText("valid", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Create bundle" }).click();
    await expect(page.getByRole("heading", { level: 1, name: version })).toBeVisible();
  });

  await test.step("its stored bytes are what was signed", async () => {
    await page.getByRole("button", { name: "Verify the stored bytes" }).click();
    await expect(page.getByText("Verified", { exact: true })).toBeVisible();
  });

  await test.step("the plan is shown before the rollout starts", async () => {
    await page.getByRole("button", { name: "Start rollout" }).click();
    await expect(page).toHaveURL(/rollouts\/new/);
    // Where there are environments, a new bundle goes to the first of them.
    const environment = page.getByRole("combobox", { name: "Environment" });
    if (await environment.isVisible()) {
      await environment.click();
      await page.getByRole("option").first().click();
    }
    await page.getByText("Percent per step").click();
    await page.getByRole("textbox", { name: "Percent per step" }).fill("50");
    await expect(page.getByRole("list", { name: "Planned steps" }).getByText("Step 2")).toBeVisible();
    await page.getByRole("button", { name: /^Start rollout: \d+ nodes? in [23] steps$/ }).click();
  });

  await test.step("it moves by itself until it is done", async () => {
    await expect(page).toHaveURL(/rollouts\/[0-9a-f-]{36}$/);
    await expect(page.getByRole("heading", { level: 1, name: `Rollout of ${version}` })).toBeVisible();
    await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible({ timeout: 180_000 });
    await expect(page.getByRole("button", { name: "Pause" })).toHaveCount(0);
  });

  await test.step("the overview and the audit log tell of it", async () => {
    await page.getByRole("link", { name: "Overview" }).click();
    await expect(page.getByRole("link", { name: version }).first()).toBeVisible();
    await page.goto(`/p/${project}/audit?action=rollout.completed`);
    await expect(page.getByText("Rollout completed").first()).toBeVisible();
  });
  expect(trouble).toEqual([]);
});

test("a wrong password is refused in words, and a link survives the sign-in", async ({ page }) => {
  await page.goto("/cluster");
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByLabel("E-mail address").fill("nobody@example.com");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
});

test("the keyboard reaches lists, rows and the search", async ({ page }) => {
  const project = await signIn(page);
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await expect(page).toHaveURL(new RegExp(`/p/${project}/bundles$`));
  await page.locator("tbody tr[data-row]").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/bundles\/[0-9a-f-]{36}$/);
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Page, node, bundle, rollout or action").fill("cluster");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/cluster$/);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
});
