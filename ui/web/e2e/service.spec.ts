// A service from a template, through the real proxy: a refused option is explained, what the proxy gets is shown, and in the end a request is answered.
import { expect, test } from "@playwright/test";

import { accessible } from "./accessible";
import { type Edge, startEdge, startUpstream, type Upstream } from "./edge";
import { signIn, watchForTrouble } from "./session";

let upstream: Upstream | undefined;
let edge: Edge | null = null;

test.afterEach(() => {
  edge?.stop();
  upstream?.stop();
});

test("a service is made by a template, mended, previewed, compiled and rolled out, and the proxy serves it", async ({ page, request, baseURL }) => {
  test.setTimeout(300_000);
  upstream = await startUpstream();
  edge = await startEdge(request, process.env.SENTINEL_E2E_URL === undefined ? undefined : baseURL);
  const trouble = watchForTrouble(page);
  const first = await signIn(page);
  const project = edge?.project ?? first;
  const [slug, version] = [`orders-${Date.now()}`, `8.${Date.now()}`];
  const host = `${slug}.example.com`;
  await page.goto(`/p/${project}/configuration`);
  const text = page.getByRole("textbox", { name: "Configuration as JSON" });
  const findings = page.getByRole("list", { name: "Findings" });
  const gets = page.getByRole("region", { name: "What the proxy gets" });
  await text.waitFor();

  await test.step("the gallery says what a template leaves out, and why", async () => {
    await page.getByRole("button", { name: "Add a service", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Add a service" });
    await dialog.getByRole("radio", { name: /^GraphQL gateway/ }).click();
    await expect(dialog.getByText("the proxy does not read queries").first()).toBeVisible();
    await dialog.getByRole("radio", { name: /^REST API/ }).click();
    await expect(dialog.getByText(/needs the guard, which nodes do not run yet/)).toBeVisible();
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/add-service.png" });
  });

  await test.step("what is wrong with the form is told at its field", async () => {
    const dialog = page.getByRole("dialog", { name: "Add a service" });
    await dialog.getByLabel("Slug").fill(slug);
    await dialog.getByLabel("Hosts").fill("NOT A HOST");
    await dialog.getByLabel("Targets").fill(upstream?.target ?? "");
    await dialog.getByRole("button", { name: "Add to the text" }).click();
    await expect(dialog.getByText(/must be a name in lowercase/i)).toBeVisible();
    await dialog.getByLabel("Hosts").fill(host);
    await dialog.getByRole("button", { name: "Add to the text" }).click();
    await expect(dialog).toHaveCount(0);
  });

  await test.step("it is in the text, and what the proxy would get of it is beside", async () => {
    await expect(text).toContainText(slug);
    await expect(page.locator(".cm-activeLine").first()).toContainText(slug);
    await expect(gets).toContainText(host);
    await gets.getByText("JSON", { exact: true }).click();
    await expect(gets.getByRole("textbox", { name: "What the proxy gets, as JSON" })).toContainText('"listeners"');
    await expect(page).toHaveURL(/as=json/);
  });

  await test.step("an option that the proxy cannot do is refused at its place, with what to do instead", async () => {
    await page.locator(".cm-line", { hasText: `"upstream_group": "${slug}"` }).click();
    await page.keyboard.press("Home");
    await page.keyboard.insertText('"compression": { "algorithms": ["gzip"] }, ');
    const refused = findings.getByRole("button", { name: new RegExp(`${slug}\\.compression`) });
    await expect(refused).toContainText("breaks the proxy");
    await expect(refused).toContainText("compress at the upstream");
    await expect(gets.getByText("Of the last text that was right")).toBeVisible();
    await expect(gets).toContainText('"listeners"');
    await refused.click();
    await expect(page.locator(".cm-activeLine").first()).toContainText("compression");
    await page.keyboard.press("Control+z");
    await expect(gets.getByText("Of the last text that was right")).toHaveCount(0);
    await expect(findings).toHaveCount(0);
  });

  await test.step("it is applied and compiled", async () => {
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(page.getByText("The text is what the project has.")).toBeVisible();
    await page.getByLabel("Version").fill(version);
    await page.getByRole("button", { name: "Create bundle" }).click();
    await expect(page.getByRole("heading", { level: 1, name: version })).toBeVisible();
  });

  await test.step("it is rolled out", async () => {
    await page.getByRole("button", { name: "Start rollout" }).click();
    const environment = page.getByRole("combobox", { name: "Environment" });
    if (await environment.isVisible()) {
      await environment.click();
      await page.getByRole("option").first().click();
    }
    await page.getByText("Percent per step").click();
    await page.getByRole("textbox", { name: "Percent per step" }).fill("50");
    await page.getByRole("button", { name: /^Start rollout: \d+ nodes? in \d+ steps?$/ }).click();
    await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible({ timeout: 180_000 });
  });

  if (edge !== null) {
    await test.step("the proxy serves it, and sends pages of other origins on as the template says", async () => {
      const asked = await request.get(`${edge?.url}/api/orders`, { headers: { host, origin: "https://shop.example.org" } });
      expect(asked.status()).toBe(200);
      expect(await asked.text()).toBe(`GET /api/orders of ${host}`);
      expect(asked.headers()["access-control-allow-origin"]).toBe("https://shop.example.org");
      expect((await request.get(`${edge?.url}/api/orders`, { headers: { host: "other.example.com" } })).status()).toBe(404);
    });
  }
  expect(trouble).toEqual([]);
});
