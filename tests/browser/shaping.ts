/** Order, filters, groups, columns, saved views and CSV in a running GridLab. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { violations } from "./browser.ts";
import { badgeSays, cellOf, cursorOf, editableRecords, openGrid } from "./planner.ts";
import type { Place } from "./screens.ts";
import { atGrid } from "./spreadsheet.ts";

type Check = { readonly name: string; readonly check: (place: Place) => Promise<void> };

export const SHAPING: ReadonlyArray<Check> = [
  {
    name: "columns are sorted, filtered, grouped and widened by keys, all in the URL",
    check: byKeys,
  },
  {
    name: "columns are resized, hidden and moved by mouse; a saved view brings it back",
    check: views,
  },
  { name: "a CSV file is mapped, told and saved as drafts", check: importing },
  { name: "what is on show is exported", check: exporting },
  { name: "axe finds nothing in menus and windows", check: accessible },
];

/** To a header by keys alone. */
async function toHeader(page: Page, name: string): Promise<void> {
  await page.locator(".sheet [tabindex='0']").focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowUp");
  const column = Number(await page.locator(`.head .n-${name}`).getAttribute("data-column"));
  for (let nth = 0; nth < column; nth++) await page.keyboard.press("ArrowRight");
}
const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

async function byKeys(place: Place): Promise<void> {
  const { page } = await atGrid(place);
  await toHeader(page, "class");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".head .n-class").getAttribute("aria-sort"), "ascending");
  const wide = async () => (await page.locator(".head .n-class").boundingBox())!.width;
  const before = await wide();
  await page.keyboard.press("Alt+ArrowRight");
  await page.waitForFunction(
    (before) => (document.querySelector(".head .n-class") as HTMLElement).offsetWidth > before,
    before,
  );
  assert.equal((await page.locator(".rows .n-class").first().boundingBox())!.width, await wide());
  await page.keyboard.press("Alt+ArrowDown");
  const menu = page.getByRole("dialog", { name: "Column Class" });
  await menu.waitFor();
  await menu.getByLabel("Show only").focus();
  await page.keyboard.press("ArrowDown");
  const only = await menu.getByLabel("Show only").inputValue();
  assert.equal(parameter(page, "class"), only);
  await page.keyboard.press("Escape");
  assert.deepEqual((await cursorOf(page))![0], -1);
  const shown = new Set(await page.locator(".rows .n-class").allTextContents());
  assert.deepEqual([...shown], [only]);

  await page.keyboard.press("Alt+ArrowDown");
  await menu.getByRole("button", { name: "Group by this column" }).focus();
  await page.keyboard.press("Enter");
  await menu.waitFor({ state: "hidden" });
  const heading = page.locator(".group [role=gridcell]");
  assert.equal(await heading.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await heading.getAttribute("aria-expanded"), "false");
  assert.equal(await page.locator(".rows .row").count(), 1);
  assert.equal(parameter(page, "group"), "class");
  assert.match(parameter(page, "widths")!, /^class:/);
  const url = page.url();
  await openGrid(page, url);
  assert.deepEqual(new Set(await page.locator(".rows .n-class").allTextContents()), shown);
  assert.equal(await wide(), before + 16);
  await page.context().close();
}

async function views(place: Place): Promise<void> {
  const { page } = await atGrid(place);
  const head = page.locator(".head .n-description");
  const { x, y, width } = (await head.boundingBox())!;
  await page.mouse.move(x + width - 3, y + 10);
  await page.mouse.down();
  await page.mouse.move(x + width - 103, y + 10, { steps: 4 });
  await page.mouse.up();
  assert.equal((await head.boundingBox())!.width, width - 100);
  assert.equal(await head.getAttribute("aria-sort"), null, "letting go does not sort");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByLabel("Area", { exact: true }).uncheck();
  await page.getByRole("button", { name: "Move Class up" }).click();
  await page.keyboard.press("Escape");
  const named = () => page.locator(".head .cut").allTextContents();
  assert.deepEqual((await named()).slice(2, 5), ["Description", "Class", "Category"]);
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByLabel("Name of the present view").fill("Narrow");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Narrow", exact: true }).waitFor();
  await openGrid(page, `${place.origin}/grid`);
  assert.equal((await named())[3], "Area");
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("button", { name: "Narrow", exact: true }).click();
  assert.deepEqual((await named()).slice(2, 5), ["Description", "Class", "Category"]);
  assert.equal((await head.boundingBox())!.width, width - 100);
  await page.context().close();
}

const choose = (page: Page, text: string) =>
  page.getByLabel("CSV file").setInputFiles({
    name: "changes.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(text),
  });

async function importing(place: Place): Promise<void> {
  const { page } = await atGrid(place);
  const [one, two] = await editableRecords(page, 2) as [string, string];
  const before = await cellOf(page, one, "model").textContent();
  await page.getByRole("button", { name: "Import CSV" }).click();
  await choose(page, `Nr,Type,Until\n${one},from a file,\n${two},,1999-01-01\n`);
  await page.getByText("Say which column is the PFA ID.").waitFor();
  await page.getByLabel("Nr", { exact: true }).selectOption("pfaId");
  await page.getByLabel("Type", { exact: true }).selectOption("model");
  await page.getByText("2 changed").waitFor();
  await page.getByLabel("Until", { exact: true }).selectOption("forecastEnd");
  await page.getByText("2 invalid").waitFor();
  assert.equal(await page.getByRole("button", { name: /^Save/ }).last().isDisabled(), true);
  await choose(page, `PFA ID,Model\n${one},from a file\n`);
  await page.getByText("1 changed").waitFor();
  await page.getByRole("button", { name: "Save 1 draft" }).click();
  await badgeSays(page, one, "Draft");
  assert.equal(await cellOf(page, one, "model").textContent(), "from a file");
  await page.getByRole("button", { name: "Import CSV" }).click();
  await choose(page, `PFA ID,Model\n${one},${before}\n`);
  await page.getByRole("button", { name: "Save 1 draft" }).click();
  await cellOf(page, one, "sync").filter({ hasNotText: "Draft" }).waitFor();
  await page.context().close();
}

async function exporting({ origin, ...place }: Place): Promise<void> {
  const { page } = await atGrid({ origin, ...place });
  await openGrid(page, `${origin}/grid?source=Purchase&sort=-purchasePrice`);
  const first = await page.locator(".rows .row[data-at='0'] .n-pfaId").textContent();
  const count = Number(await page.locator(".sheet").getAttribute("aria-rowcount")) - 1;
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const file = await Deno.readTextFile(await (await waiting).path());
  const lines = file.trim().split("\r\n");
  assert.equal(lines.length, count + 1);
  assert.ok(lines[1]!.startsWith(`${first},`), lines[1]);
  await page.context().close();
}

async function accessible(place: Place): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    const { page, complaints } = await atGrid(place, { theme, reducedMotion: true });
    await openGrid(page, `${place.origin}/grid?group=category&class=Boom+Truck&sort=model`);
    assert.deepEqual(await violations(page), [], `groups, ${theme}`);
    await page.locator(".head .n-forecastStart").click({ button: "right" });
    await page.getByRole("dialog").waitFor();
    assert.deepEqual(await violations(page), [], `menu, ${theme}`);
    await page.keyboard.press("Escape");
    for (const name of ["Columns", "Saved views", "Import CSV"]) {
      await page.getByRole("button", { name }).click();
      await page.getByRole("dialog", { name }).waitFor();
      if (name === "Import CSV") {
        await choose(page, "PFA ID,Model\nPFA-0,x\n");
        await page.getByText("1 of no record").waitFor();
      }
      assert.deepEqual(await violations(page), [], `${name}, ${theme}`);
      await page.keyboard.press("Escape");
    }
    assert.deepEqual(complaints, []);
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    await page.context().close();
  }
}
