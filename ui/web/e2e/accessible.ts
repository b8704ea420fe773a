import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What keeps people from using the page as it is shown: which rule it breaks, and where. */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(" | ")}`);
}

/** Fails the test when there is any. */
export async function accessible(page: Page): Promise<void> {
  expect(await barriers(page)).toEqual([]);
}
