// A secret from its making to its end: its value goes in and is seen nowhere, the configuration names it, and while it does nothing takes it away.
import { expect, test } from "@playwright/test";

import { accessible } from "./accessible";
import { write } from "./configuration";
import { become, signIn, watchForTrouble } from "./session";

test("a secret is made, named, rotated and taken away, and its value is seen nowhere", async ({ page }) => {
  test.setTimeout(300_000);
  const trouble = watchForTrouble(page);
  const project = await signIn(page);
  const name = `E2E_${Date.now()}`;
  const slug = name.toLowerCase().replace("_", "-");
  const values = [`first-${name}`, `second-${name}`];
  const answers: Promise<string>[] = [];
  page.on("response", (answer) => {
    if (/\/(secrets|audit|config|overview)/.test(answer.url())) answers.push(answer.text().catch(() => ""));
  });
  const dialog = page.getByRole("dialog");

  await test.step("what is wrong is told at its field, and the value is not shown", async () => {
    await page.goto(`/p/${project}/secrets`);
    await page.getByRole("button", { name: "Create secret" }).first().click();
    await dialog.getByLabel("Name").fill(name.toLowerCase());
    await dialog.getByLabel(/^Value/).fill(values[0] ?? "");
    await expect(dialog.getByLabel(/^Value/)).toHaveCSS("-webkit-text-security", "disc");
    await dialog.getByRole("button", { name: "Create secret" }).click();
    await expect(dialog.getByText(/capital letters, digits and '_'/)).toBeVisible();
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/secret-create.png" });
  });

  await test.step("it is made, and its page says that nothing names it", async () => {
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel(/^Description/).fill("Made by a test");
    await dialog.getByRole("button", { name: "Create secret" }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await expect(page.getByRole("list", { name: "Uses" })).toContainText("Nothing names it");
    await expect(dialog).toHaveCount(0);
    await accessible(page);
  });
  const address = page.url();

  await test.step("what names it is told, and leads to its place", async () => {
    await write(page, project, ({ services, ...rest }) => ({ ...rest, services: { ...services, [slug]: { route_path: `/${slug}`, redirect_url: `https://example.com/\${secrets.${name}}` } } }));
    await page.goto(address);
    const uses = page.getByRole("list", { name: "Uses" });
    await expect(uses).toContainText(slug);
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/secret-uses.png" });
    await uses.getByRole("link", { name: "redirect_url" }).click();
    await expect(page.locator(".cm-activeLine").first()).toContainText(name);
    await page.goto(address);
  });

  await test.step("it gets another value, and the versions say who gave it", async () => {
    await page.getByRole("button", { name: "Rotate" }).click();
    await dialog.getByLabel("New value").fill(values[1] ?? "");
    await dialog.getByRole("button", { name: "Rotate secret" }).click();
    await expect(dialog).toHaveCount(0);
    await page.getByRole("tab", { name: /Versions/ }).click();
    await expect(page.getByRole("list", { name: "Versions" }).getByRole("listitem")).toHaveCount(2);
    await expect(page.getByRole("list", { name: "Versions" }).getByRole("listitem").first()).toContainText("holds now");
    await page.getByRole("button", { name: "Describe" }).click();
    await dialog.getByLabel("Description").fill("Described by a test");
    await dialog.getByRole("button", { name: "Save description" }).click();
    await expect(page.getByRole("complementary", { name: "Facts" })).toContainText("Described by a test");
  });

  await test.step("while the configuration names it, it stays", async () => {
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("textbox").fill(name);
    await dialog.getByRole("button", { name: "Delete secret" }).click();
    await expect(dialog.getByRole("alert")).toContainText("is in use");
    await expect(dialog.getByRole("alert")).toContainText(slug);
    await dialog.getByRole("button", { name: "Keep as it is" }).click();
  });

  await test.step("who may read alone sees it, and no button that would be refused", async () => {
    await become(page, "reader");
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    for (const button of ["Rotate", "Describe", "Delete"]) await expect(page.getByRole("button", { name: button, exact: true })).toHaveCount(0);
    await page.goto(`/p/${project}/secrets?q=${name}`);
    await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
    await expect(page.getByRole("button", { name: "Create secret" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: /^Actions for/ })).toHaveCount(0);
    await become(page, null);
  });

  await test.step("nothing that was asked for has had a value in it", async () => {
    const all = (await Promise.all(answers)).join("\n");
    expect(all).toContain(name);
    for (const value of values) {
      expect(all).not.toContain(value);
      expect(await page.content()).not.toContain(value);
    }
  });

  await test.step("when nothing names it any more, it goes", async () => {
    await write(page, project, ({ services, ...rest }) => ({ ...rest, services: Object.fromEntries(Object.entries(services ?? {}).filter(([known]) => known !== slug)) }));
    await page.goto(address);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("textbox").fill(name);
    await dialog.getByRole("button", { name: "Delete secret" }).click();
    await expect(page).toHaveURL(/\/secrets$/);
    await expect(page.getByText(`${name} is gone`)).toBeVisible();
    await expect(page.getByRole("link", { name, exact: true })).toHaveCount(0);
  });
  expect(trouble).toEqual([]);
});
