// A certificate from its upload to its end: its key goes in and is seen nowhere, a listener shows it, and while it does nothing takes it away.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { accessible } from "./accessible";
import { write } from "./configuration";
import { become, IS_MOCK, signIn, watchForTrouble } from "./session";

let place = "";

test.beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "certificates-"));
});

test.afterAll(() => rmSync(place, { recursive: true, force: true }));

function openssl(...args: string[]): void {
  try {
    execFileSync("openssl", args, { cwd: place, stdio: "pipe" });
  } catch (cause) {
    throw new Error("openssl cannot be run, or refused what it was told; it comes with: apt-get install -y openssl", { cause });
  }
}

const read = (file: string): string => readFileSync(join(place, file), "utf8");

/** A key with a certificate that an authority of the test has signed, for some names; the authority's own is not in the chain. */
function issued(name: string, names: readonly string[]): { chain: string; key: string } {
  openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.key");
  openssl("req", "-x509", "-new", "-key", "ca.key", "-days", "30", "-subj", "/O=Tests/CN=Authority of a test", "-addext", "basicConstraints=critical,CA:true", "-out", "ca.pem");
  openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", `${name}.key`);
  openssl("req", "-new", "-key", `${name}.key`, "-subj", `/CN=${names[0]}`, "-out", `${name}.csr`);
  writeFileSync(join(place, "names.ext"), `subjectAltName=${names.map((one) => `DNS:${one}`).join(",")}\n`);
  openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "10", "-extfile", "names.ext", "-out", `${name}.pem`);
  return { chain: read(`${name}.pem`), key: read(`${name}.key`) };
}

test("a certificate is uploaded, shown, replaced and taken away, and its key is seen nowhere", async ({ page }) => {
  test.setTimeout(300_000);
  const trouble = watchForTrouble(page);
  const project = await signIn(page);
  const slug = `e2e-${Date.now()}`;
  const [first, second] = [issued("first", [`${slug}.example.com`, `www.${slug}.example.com`]), issued("second", [`${slug}.example.com`])];
  // Of a key the middle: nobody else writes that.
  const secrets = [first.key, second.key].map((key) => key.split("\n")[1] ?? key);
  const answers: Promise<string>[] = [];
  page.on("response", (answer) => {
    if (/\/(certificates|audit|config|overview)/.test(answer.url())) answers.push(answer.text().catch(() => ""));
  });
  const dialog = page.getByRole("dialog");

  await test.step("what is wrong is told at its field, and the key is not shown", async () => {
    await page.goto(`/p/${project}/certificates`);
    await page.getByRole("button", { name: "Add certificate" }).first().click();
    await dialog.getByLabel("Slug").fill(slug);
    await dialog.getByRole("textbox", { name: "Chain" }).fill(first.chain);
    await dialog.getByRole("textbox", { name: "Private key" }).fill("no key");
    await expect(dialog.getByRole("textbox", { name: "Private key" })).toHaveCSS("-webkit-text-security", "disc");
    await dialog.getByRole("button", { name: "Upload certificate" }).click();
    await expect(dialog.getByRole("textbox", { name: "Private key" })).toHaveAttribute("aria-invalid", "true");
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/certificate-upload.png" });
    await dialog.getByRole("textbox", { name: "Private key" }).fill(first.key);
    await dialog.getByLabel("Slug").fill("No Slug");
    await dialog.getByRole("button", { name: "Upload certificate" }).click();
    await expect(dialog.getByLabel("Slug")).toHaveAttribute("aria-invalid", "true");
  });

  await test.step("it is kept, what one should know is told, and its page shows what it is", async () => {
    await dialog.getByLabel("Slug").fill(slug);
    await dialog.getByLabel("Description").fill("Made by a test");
    await dialog.getByRole("button", { name: "Upload certificate" }).click();
    await expect(dialog).toContainText("the chain has only the certificate itself");
    await accessible(page);
    await dialog.getByRole("button", { name: "Open the certificate" }).click();
    await expect(page.getByRole("heading", { level: 1, name: slug })).toBeVisible();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole("list", { name: "Chain" })).toContainText("serial");
    if (!IS_MOCK) {
      await expect(page.getByRole("list", { name: "Chain" })).toContainText("issued by Authority of a test");
      await expect(page.getByText(`www.${slug}.example.com`)).toBeVisible();
      await expect(page.getByText("Ends soon")).toBeVisible();
    }
    await accessible(page);
  });
  const address = page.url();

  await test.step("a listener that shows it is told, and leads to its place", async () => {
    await write(page, project, ({ listeners, ...rest }) => ({ ...rest, listeners: { ...listeners, [slug]: { address: "0.0.0.0:8443", protocol: "https", tls: { certificate: slug } } } }));
    await page.goto(`${address}?tab=uses`);
    const uses = page.getByRole("list", { name: "Listeners" });
    await expect(uses).toContainText(slug);
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/certificate-uses.png" });
    await uses.getByRole("link", { name: "tls.certificate" }).click();
    await expect(page.locator(".cm-activeLine").first()).toContainText(slug);
    await page.goto(address);
  });

  await test.step("it is replaced, from files, and the versions say who did that", async () => {
    await page.getByRole("button", { name: "Replace" }).click();
    const choose = async (button: string, file: string): Promise<void> => {
      const chooser = page.waitForEvent("filechooser");
      await dialog.getByRole("button", { name: button }).click();
      await (await chooser).setFiles(join(place, file));
    };
    await choose("Read a file for chain", "second.pem");
    await choose("Read a file for private key", "second.key");
    await expect(dialog.getByRole("textbox", { name: "Private key" })).toHaveValue(second.key);
    await dialog.getByRole("button", { name: "Replace certificate" }).click();
    await expect(dialog).toContainText(IS_MOCK ? "You should know" : `it is not for www.${slug}.example.com any more`);
    await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
    await page.getByRole("tab", { name: /Versions/ }).click();
    await expect(page.getByRole("list", { name: "Versions" }).getByRole("listitem")).toHaveCount(2);
    await expect(page.getByRole("list", { name: "Versions" }).getByRole("listitem").first()).toContainText("holds now");
    await accessible(page);
    await page.getByRole("button", { name: "Describe" }).click();
    await dialog.getByLabel("Description").fill("Described by a test");
    await dialog.getByRole("button", { name: "Save description" }).click();
    await expect(page.getByRole("complementary", { name: "Facts" })).toContainText("Described by a test");
  });

  await test.step("while a listener shows it, it stays", async () => {
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("textbox").fill(slug);
    await dialog.getByRole("button", { name: "Delete certificate" }).click();
    await expect(dialog.getByRole("alert")).toContainText("is in use");
    await dialog.getByRole("button", { name: "Keep as it is" }).click();
  });

  await test.step("who may read alone sees it, and no button that would be refused", async () => {
    await become(page, "reader");
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1, name: slug })).toBeVisible();
    for (const button of ["Replace", "Describe", "Delete"]) await expect(page.getByRole("button", { name: button, exact: true })).toHaveCount(0);
    await page.goto(`/p/${project}/certificates?q=${slug}`);
    await expect(page.getByRole("row", { name: slug }).getByRole("link").first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Add certificate" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: /^Actions for/ })).toHaveCount(0);
    await become(page, null);
  });

  await test.step("nothing that was asked for has had a key in it", async () => {
    const all = (await Promise.all(answers)).join("\n");
    expect(all).toContain(slug);
    for (const secret of secrets) {
      expect(all).not.toContain(secret);
      expect(await page.content()).not.toContain(secret);
    }
  });

  await test.step("when no listener shows it any more, it goes", async () => {
    await write(page, project, ({ listeners, ...rest }) => ({ ...rest, listeners: Object.fromEntries(Object.entries(listeners ?? {}).filter(([known]) => known !== slug)) }));
    await page.goto(address);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("textbox").fill(slug);
    await dialog.getByRole("button", { name: "Delete certificate" }).click();
    await expect(page).toHaveURL(/\/certificates$/);
    await expect(page.getByText(`${slug} is gone`)).toBeVisible();
    await expect(page.getByRole("link", { name: slug, exact: true })).toHaveCount(0);
  });
  expect(trouble).toEqual([]);
});

test("a certificate is asked for, its page tells how far that is, and it is asked for anew", async ({ page }) => {
  test.setTimeout(180_000);
  const trouble = watchForTrouble(page);
  const project = await signIn(page);
  const slug = `e2e-acme-${Date.now()}`;
  const dialog = page.getByRole("dialog");
  const hmac = "c2VjcmV0LW9mLWEtdGVzdA";

  await test.step("what is wrong is told at its field", async () => {
    await page.goto(`/p/${project}/certificates`);
    await page.getByRole("button", { name: "Add certificate" }).first().click();
    await dialog.getByText("Issued by ACME").click();
    await dialog.getByLabel("Slug").fill(slug);
    await dialog.getByLabel("Names").fill(`${slug}.example.com\n*.example.com`);
    await dialog.getByLabel("Contact").fill("ada@example.com");
    await dialog.getByRole("switch").click();
    await dialog.getByLabel("Directory", { exact: false }).first().fill("https://acme.invalid/directory");
    await dialog.getByLabel("External account: id").fill("account-1");
    await dialog.getByLabel("External account: HMAC key").fill(hmac);
    await dialog.getByRole("button", { name: "Request certificate" }).click();
    await expect(dialog.getByLabel("Names")).toHaveAttribute("aria-invalid", "true");
    await expect(dialog.getByText(/is a wildcard/i)).toBeVisible();
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/certificate-request.png" });
  });

  await test.step("it is asked for, and why nothing comes of it is told, with the next attempt", async () => {
    await dialog.getByLabel("Names").fill(`${slug}.example.com`);
    await dialog.getByRole("button", { name: "Request certificate" }).click();
    await expect(page.getByRole("heading", { level: 1, name: slug })).toBeVisible();
    await expect(page.getByText("Names that are asked for")).toBeVisible();
    await expect(page.getByRole("complementary", { name: "Facts" })).toContainText("account-1");
    // Without a reload: the leader says how it went.
    if (!IS_MOCK) await expect(page.getByText(/asked for again/)).toBeVisible({ timeout: 60_000 });
    expect(await page.content()).not.toContain(hmac);
    await accessible(page);
    await page.screenshot({ path: "e2e/screenshots/certificate-order.png" });
  });

  await test.step("it is asked for anew, and taken away", async () => {
    await page.getByRole("button", { name: "Ask anew" }).click();
    await dialog.getByRole("button", { name: "Ask anew" }).click();
    await expect(page.getByText(`${slug} is asked for anew`)).toBeVisible();
    await expect(dialog).toHaveCount(0);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("textbox").fill(slug);
    await dialog.getByRole("button", { name: "Delete certificate" }).click();
    await expect(page).toHaveURL(/\/certificates$/);
    await expect(page.getByRole("link", { name: slug, exact: true })).toHaveCount(0);
  });
  expect(trouble).toEqual([]);
});
