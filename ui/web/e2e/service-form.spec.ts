// A service and its group by forms: what is wrong is told at its field, what the proxy gets is beside, and what no form knows stays as it is.
import { expect, type Page, test } from "@playwright/test";

import { accessible } from "./accessible";
import { signIn, watchForTrouble } from "./session";

async function add(page: Page, what: string, slug: string): Promise<void> {
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Add an object" });
  await dialog.getByLabel("Slug").fill(slug);
  await dialog.getByRole("combobox", { name: "What" }).click();
  await page.getByRole("option", { name: what, exact: true }).click();
  await dialog.getByRole("button", { name: "Add to the text" }).click();
  await expect(dialog).toHaveCount(0);
}

test("a service is built by forms, told what is wrong at its fields, and applied", async ({ page }) => {
  test.setTimeout(300_000);
  const trouble = watchForTrouble(page);
  const project = await signIn(page);
  const slug = `form-${Date.now()}`;
  const gets = page.getByRole("region", { name: "What the proxy gets" });
  const findings = page.getByRole("list", { name: "Findings" });
  await page.goto(`/p/${project}/configuration`);
  await page.getByText("Form", { exact: true }).click();
  await expect(page).toHaveURL(/view=form/);

  await test.step("a group gets its targets, row by row", async () => {
    await add(page, "Upstream group", slug);
    const form = page.getByRole("form", { name: `Upstream group ${slug}` });
    await form.getByLabel("Host of target 1").fill("10.0.0.1");
    await form.getByRole("button", { name: "Add target" }).click();
    await form.getByLabel("Host of target 2").fill("10.0.0.2");
    await form.getByLabel("Port of target 2").fill("80x");
    await expect(form.getByText("Must be a whole number")).toBeVisible();
    await form.getByLabel("Port of target 2").fill("8081");
    await form.getByRole("combobox", { name: "Balancing" }).click();
    await page.getByRole("option", { name: "By weight" }).click();
    await form.getByLabel("Weight of target 1").fill("9");
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/form-upstream-group.png" });
  });

  await test.step("a service goes there, and the proxy's configuration follows", async () => {
    await add(page, "Service", slug);
    const form = page.getByRole("form", { name: `Service ${slug}` });
    await form.getByLabel("Path", { exact: false }).first().fill(`/${slug}/*`);
    await form.getByRole("radiogroup", { name: "Where they go" }).getByText("Group").click();
    await form.getByRole("combobox", { name: "Upstream group" }).click();
    await page.getByRole("option", { name: slug }).click();
    await expect(gets).toContainText(`/${slug}`);
    await expect(gets).toContainText("10.0.0.2:8081");
    await accessible(page);
  });
  const form = page.getByRole("form", { name: `Service ${slug}` });

  await test.step("what is wrong is told at its field, and the finding leads there", async () => {
    await form.getByLabel("Hosts").fill("shop.example.com\nNOT A HOST");
    await expect(form.locator('[data-field="hosts"]')).toContainText("must be a name in lowercase");
    await expect(gets.getByText("Of the last text that was right")).toBeVisible();
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/form-service.png" });
    // What is in the form scrolls in the form.
    expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
    await findings.getByRole("button", { name: new RegExp(`services\\.${slug}\\.hosts`) }).click();
    await expect(form.getByLabel("Hosts")).toBeFocused();
    await form.getByLabel("Hosts").fill(`${slug}.example.com`);
    await expect(form.locator('[data-field="hosts"]')).not.toContainText("must be a name in lowercase");
    await expect(gets).toContainText(`${slug}.example.com`);
  });

  await test.step("an option that the proxy cannot do says so where it is turned on, with what to do instead", async () => {
    const compression = form.getByRole("switch", { name: "Compression" });
    await compression.focus();
    await page.keyboard.press("Space");
    const head = form.locator('[data-field="compression"]').first();
    await expect(head).toContainText("breaks the proxy");
    await expect(head).toContainText("compress at the upstream");
    await page.keyboard.press("Space");
    await expect(head).not.toContainText("breaks the proxy");
  });

  await test.step("one way takes the place of another, and comes back as it was", async () => {
    const ways = form.getByRole("radiogroup", { name: "Where they go" });
    await ways.getByText("Redirect").click();
    await form.getByLabel("To", { exact: false }).first().fill("https://example.com/new");
    await page.getByText("Text", { exact: true }).click();
    const text = page.getByRole("textbox", { name: "Configuration as JSON" });
    await expect(text).toContainText("https://example.com/new");
    await page.getByText("Form", { exact: true }).click();
    await ways.getByText("Group").click();
    await expect(form.getByRole("combobox", { name: "Upstream group" })).toHaveValue("");
    await form.getByRole("combobox", { name: "Upstream group" }).click();
    await page.getByRole("option", { name: slug }).click();
    await ways.getByText("Redirect").click();
    await ways.getByText("Group").click();
    await expect(form.getByRole("combobox", { name: "Upstream group" })).toHaveValue(slug);
  });

  await test.step("it is applied, and shown so after a reload", async () => {
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(page.getByText("The text is what the project has.")).toBeVisible();
    await page.reload();
    await expect(form.getByLabel("Hosts")).toHaveValue(`${slug}.example.com`);
    await expect(form.getByRole("combobox", { name: "Upstream group" })).toHaveValue(slug);
  });

  await test.step("a change is of that field alone", async () => {
    await form.getByLabel("Longest wait for an answer").fill("7");
    const changes = page.getByRole("list", { name: "Changes" });
    await expect(changes.getByRole("listitem")).toHaveCount(1);
    await expect(changes).toContainText("timeout_seconds");
    await expect(page.getByText("1 changed", { exact: true })).toBeVisible();
  });

  await test.step("objects are taken out, and what still names them is told", async () => {
    await page.getByRole("combobox", { name: "Object" }).click();
    await page.getByRole("group", { name: "Upstream groups" }).getByRole("option", { name: slug }).click();
    await page.getByRole("button", { name: `Remove upstream group ${slug}` }).click();
    await expect(findings.getByRole("button", { name: new RegExp(`services\\.${slug}\\.upstream_group`) })).toBeVisible();
    await findings.getByRole("button", { name: new RegExp(`services\\.${slug}\\.upstream_group`) }).click();
    await expect(form.locator('[data-field="upstream_group"]').last()).toContainText("does not exist");
    await page.getByRole("button", { name: `Remove service ${slug}` }).click();
    await expect(page.getByRole("list", { name: "Changes" }).getByRole("listitem")).toHaveCount(2);
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(page.getByText("The text is what the project has.")).toBeVisible();
  });
  expect(trouble).toEqual([]);
});
