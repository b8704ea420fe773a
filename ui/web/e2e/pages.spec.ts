// Every page in light and dark: it opens, keeps its security policy, has no accessibility finding, and is photographed.
import { expect, type Page, test } from "@playwright/test";

import { barriers } from "./accessible";
import { signIn, watchForTrouble } from "./session";

interface Stop {
  name: string;
  /** Opens the page; false: there is nothing of this kind to show. */
  open: (page: Page, project: string) => Promise<boolean>;
}

const at =
  (path: (project: string) => string) =>
  async (page: Page, project: string): Promise<boolean> => {
    await page.goto(path(project));
    return true;
  };

/** Opens the first row of a list. */
const first =
  (path: (project: string) => string, tab?: string) =>
  async (page: Page, project: string): Promise<boolean> => {
    await page.goto(path(project));
    const link = page.locator("tbody tr[data-row] a").first();
    const empty = page.getByText(/^(No .* yet|Nothing waits for an approval)$/);
    await expect(link.or(empty)).toBeVisible();
    if (await empty.isVisible()) return false;
    await link.click();
    if (tab !== undefined) await page.getByRole("tab", { name: tab }).click();
    return true;
  };

/** Plays what the form asks for at first. */
const rehearsed = async (page: Page, project: string): Promise<boolean> => {
  await page.goto(`/p/${project}/rollouts/new`);
  const none = page.getByText("No plan can be made of this; the form says why.");
  await expect(page.getByText("as of now").or(none)).toBeVisible();
  if (await none.isVisible()) return false;
  await page.getByRole("button", { name: "Rehearse" }).click();
  await expect(page.getByText("What was assumed")).toBeVisible();
  return true;
};

const STOPS: Stop[] = [
  { name: "overview", open: at((p) => `/p/${p}`) },
  { name: "nodes", open: at((p) => `/p/${p}/nodes`) },
  { name: "nodes-filtered-empty", open: at((p) => `/p/${p}/nodes?q=nothing-is-called-so`) },
  { name: "node", open: first((p) => `/p/${p}/nodes`) },
  { name: "node-events", open: first((p) => `/p/${p}/nodes`, "Events") },
  { name: "groups", open: at((p) => `/p/${p}/groups`) },
  { name: "simulator", open: at((p) => `/p/${p}/simulator`) },
  { name: "node-configuration", open: first((p) => `/p/${p}/nodes`, "Configuration") },
  { name: "drift", open: at((p) => `/p/${p}/drift`) },
  { name: "drift-event", open: first((p) => `/p/${p}/drift`) },
  { name: "bundles", open: at((p) => `/p/${p}/bundles`) },
  { name: "bundle", open: first((p) => `/p/${p}/bundles`) },
  { name: "bundle-source", open: first((p) => `/p/${p}/bundles`, "Source") },
  { name: "bundle-difference", open: first((p) => `/p/${p}/bundles`, "Difference") },
  { name: "bundle-parts", open: first((p) => `/p/${p}/bundles`, "Bill of materials") },
  { name: "bundle-create", open: at((p) => `/p/${p}/bundles/new`) },
  { name: "configuration", open: at((p) => `/p/${p}/configuration`) },
  {
    name: "configuration-add-service",
    open: async (page, project) => {
      await page.goto(`/p/${project}/configuration`);
      await page.getByRole("button", { name: "Add a service", exact: true }).click();
      await expect(page.getByRole("button", { name: "Add to the text" })).toBeVisible();
      return true;
    },
  },
  {
    name: "configuration-form",
    open: async (page, project) => {
      await page.goto(`/p/${project}/configuration?view=form`);
      await expect(page.getByRole("combobox", { name: "Object" })).toBeVisible();
      return true;
    },
  },
  { name: "topology", open: at((p) => `/p/${p}/topology`) },
  { name: "topology-list", open: at((p) => `/p/${p}/topology?view=list`) },
  { name: "secrets", open: at((p) => `/p/${p}/secrets`) },
  { name: "secret", open: first((p) => `/p/${p}/secrets`) },
  { name: "certificates", open: at((p) => `/p/${p}/certificates`) },
  { name: "certificate", open: first((p) => `/p/${p}/certificates`) },
  { name: "rollouts", open: at((p) => `/p/${p}/rollouts`) },
  { name: "rollout", open: first((p) => `/p/${p}/rollouts`) },
  { name: "rollout-create", open: at((p) => `/p/${p}/rollouts/new`) },
  { name: "rehearsal", open: rehearsed },
  { name: "approvals", open: at((p) => `/p/${p}/approvals`) },
  { name: "approval", open: first((p) => `/p/${p}/approvals`) },
  { name: "rollout-templates", open: at((p) => `/p/${p}/templates`) },
  { name: "rollout-template-create", open: at((p) => `/p/${p}/templates/new`) },
  { name: "calendar", open: at((p) => `/p/${p}/calendar`) },
  { name: "calendar-week", open: at((p) => `/p/${p}/calendar?view=week`) },
  { name: "freezes", open: at((p) => `/p/${p}/freezes`) },
  { name: "environments", open: at((p) => `/p/${p}/environments`) },
  { name: "settings", open: at((p) => `/p/${p}/settings`) },
  { name: "enrolment", open: at((p) => `/p/${p}/enrolment`) },
  { name: "audit", open: at((p) => `/p/${p}/audit`) },
  { name: "cluster", open: at(() => "/cluster") },
  {
    name: "members",
    open: async (page, project) => {
      await page.goto(`/p/${project}`);
      await page.getByRole("link", { name: "Members" }).click();
      return true;
    },
  },
  {
    name: "api-keys",
    open: async (page, project) => {
      await page.goto(`/p/${project}`);
      await page.getByRole("link", { name: "API keys" }).click();
      return true;
    },
  },
];

/** Nothing loads any more, as far as the eye can see. */
async function settle(page: Page): Promise<void> {
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await page.waitForFunction(() => document.fonts.status === "loaded");
}

async function examine(page: Page, name: string): Promise<void> {
  await settle(page);
  const found = (await barriers(page)).map((barrier) => `${name}: ${barrier}`);
  await page.screenshot({ path: `e2e/screenshots/${name}.png` });
  expect.soft(found).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: "reduce" } });

    test("the sign-in page", async ({ page }) => {
      const trouble = watchForTrouble(page);
      await page.goto("/login");
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      await examine(page, `login-${colorScheme}`);
      expect(trouble).toEqual([]);
    });

    test("every page of a signed-in person", async ({ page }) => {
      test.setTimeout(480_000);
      const trouble = watchForTrouble(page);
      const project = await signIn(page);
      for (const stop of STOPS) {
        await test.step(stop.name, async () => {
          if (await stop.open(page, project)) {
            await page.getByRole("heading", { level: 1 }).waitFor();
            await examine(page, `${stop.name}-${colorScheme}`);
          }
        });
      }
      expect(trouble).toEqual([]);
    });
  });
}
