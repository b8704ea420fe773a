import { expect, type Page } from "@playwright/test";

export type Document = { services?: Record<string, unknown>; listeners?: Record<string, unknown> };

/** Changes the configuration as a person does who writes it. */
export async function write(page: Page, project: string, change: (document: Document) => Document): Promise<void> {
  await page.goto(`/p/${project}/configuration`);
  const text = page.getByRole("textbox", { name: "Configuration as JSON" });
  await text.waitFor();
  const known = await page.evaluate(async (address) => (await fetch(address)).json(), `/api/v1/projects/${project}/config/export`);
  await text.fill(JSON.stringify(change(known as Document)));
  await expect(page.getByRole("list", { name: "Changes" })).toBeVisible();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("The text is what the project has.")).toBeVisible();
}
