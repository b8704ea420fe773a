// The topology of a configuration: drawn, narrowed, reached by keyboard, and the way from each box into the configuration.
import { expect, type Page, test } from "@playwright/test";

import { accessible } from "./accessible";
import { signIn, watchForTrouble } from "./session";

type Document = { services?: Record<string, unknown>; upstream_groups?: Record<string, unknown> };

const SLUG = `topology-${Date.now()}`;

/** Adds a service with two ways, of which one has a disabled target, and one that is disabled. */
const added = ({ services, upstream_groups, ...rest }: Document): Document => ({
  ...rest,
  services: {
    ...services,
    [SLUG]: { route_path: `/${SLUG}`, traffic_split: { splits: [{ upstream_group: SLUG, weight: 3 }, { upstream_group: `${SLUG}-next`, weight: 1 }] } },
    [`${SLUG}-off`]: { route_path: `/${SLUG}/off`, upstream_group: SLUG, enabled: false },
  },
  upstream_groups: {
    ...upstream_groups,
    [SLUG]: { targets: [{ host: "10.0.0.1", port: 8080 }, { host: "10.0.0.2", port: 8080, enabled: false }] },
    [`${SLUG}-next`]: { targets: [{ host: "10.0.1.1", port: 8080 }] },
  },
});

/** Changes the configuration as a program does that is signed in. */
async function apply(page: Page, project: string, change: (document: Document) => Document): Promise<void> {
  const headers = { origin: new URL(page.url()).origin };
  const known = (await (await page.request.get(`/api/v1/projects/${project}/config/export`)).json()) as Document;
  const answer = await page.request.post(`/api/v1/projects/${project}/config/apply`, { headers, data: change(known) });
  expect(answer.ok(), await answer.text()).toBe(true);
}

test("the topology is drawn, narrowed, and leads into the configuration", async ({ page }) => {
  test.setTimeout(240_000);
  const trouble = watchForTrouble(page);
  const project = await signIn(page);
  await page.goto(`/p/${project}/topology`);
  const picture = page.getByRole("region", { name: "Topology" });

  await test.step("a change is seen without a reload", async () => {
    await apply(page, project, added);
    await page.getByRole("textbox", { name: "Filter by name, path, host" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type(SLUG);
    await expect(page).toHaveURL(/\?q=topology-/);
    await expect(picture.getByRole("link", { name: new RegExp(`^Service ${SLUG},`) })).toBeVisible();
    // Listeners, two services, two groups and three targets.
    await expect(picture.getByRole("link", { name: /^(Service|Upstream group|Target) / })).toHaveCount(7);
    await expect(picture.getByText("75 %")).toBeVisible();
    await expect(picture.getByText("25 %")).toBeVisible();
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/topology.png" });
  });

  await test.step("what is disabled says so in words", async () => {
    await expect(picture.getByRole("link", { name: new RegExp(`^Service ${SLUG}-off, .*Disabled`) })).toBeVisible();
    await expect(picture.getByRole("link", { name: /^Target 10\.0\.0\.2:8080, Disabled/ })).toBeVisible();
    await page.getByRole("combobox", { name: "Any state" }).click();
    await page.getByRole("option", { name: "Disabled" }).click();
    await expect(picture.getByRole("link", { name: /^Target 10\.0\.0\.2:8080, Disabled/ })).toBeVisible();
    await expect(picture.getByRole("link", { name: /^Target 10\.0\.1\.1:8080/ })).toHaveCount(0);
    await page.goto(`/p/${project}/topology?q=${SLUG}`);
  });

  await test.step("the list says the same", async () => {
    await page.getByText("List", { exact: true }).click();
    const row = page.locator("tbody tr[data-row]", { hasText: `/${SLUG}/off` });
    await expect(row).toContainText("Disabled");
    await expect(page.locator("tbody tr[data-row]", { hasText: `${SLUG} (75 %), ${SLUG}-next (25 %)` })).toHaveCount(1);
    await expect(page).toHaveURL(/view=list/);
    await accessible(page);
    await page.getByText("Picture", { exact: true }).click();
  });

  await test.step("the keyboard reaches each box, also one that is out of sight, and opens its place", async () => {
    const target = picture.getByRole("link", { name: /^Target 10\.0\.0\.2:8080/ });
    await page.setViewportSize({ width: 820, height: 700 });
    await expect(target).not.toBeInViewport();
    await picture.getByRole("link").first().focus();
    for (let steps = 0; steps < 12 && !(await target.evaluate((link) => link === document.activeElement)); steps++) await page.keyboard.press("Tab");
    await expect(target).toBeFocused();
    await expect(target).toBeInViewport();
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/configuration\?at=/);
    await expect(page.locator(".cm-activeLine").first()).toContainText("{");
  });

  await apply(page, project, ({ services, upstream_groups, ...rest }) => {
    const others = (objects: Record<string, unknown> = {}) => Object.fromEntries(Object.entries(objects).filter(([slug]) => !slug.startsWith(SLUG)));
    return { ...rest, services: others(services), upstream_groups: others(upstream_groups) };
  });
  expect(trouble).toEqual([]);
});
