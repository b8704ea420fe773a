import { expect, type Page } from "@playwright/test";

export const EMAIL = process.env.SENTINEL_E2E_EMAIL ?? "ada@example.com";
export const PASSWORD = process.env.SENTINEL_E2E_PASSWORD ?? "correct horse battery";
/** Data in memory instead of a member. */
export const IS_MOCK = process.env.SENTINEL_E2E_URL === undefined;

/** Signs in and gives the slug of the project that is opened. */
export async function signIn(page: Page): Promise<string> {
  await page.goto("/login");
  await page.getByLabel("E-mail address").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/p\/[^/]+$/);
  // The address changes before the page does, and the sign-in page has a heading too: the frame around every page is there now.
  await expect(page.getByRole("link", { name: "Overview", exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const slug = new URL(page.url()).pathname.split("/")[2];
  if (slug === undefined) throw new Error(`no project in ${page.url()}`);
  return slug;
}

/** From the next page on, the person who has signed in is shown what somebody in this role is shown; `null`: what they are. */
export async function become(page: Page, role: string | null): Promise<void> {
  const session = "**/api/v1/session";
  if (role === null) return await page.unroute(session);
  await page.route(session, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { memberships: { role: string }[] };
    for (const membership of body.memberships) membership.role = role;
    await route.fulfill({ response: answer, json: body });
  });
}

/** Fails the test when the page breaks its own security policy or throws. */
export function watchForTrouble(page: Page): string[] {
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    // A refused sign-in and a refused configuration are logged by the browser as failed requests; they are what was tested.
    if (message.type() === "error" && !/Failed to load resource/.test(text)) trouble.push(text);
  });
  return trouble;
}
