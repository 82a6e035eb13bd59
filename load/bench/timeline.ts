/** The timeline with 10,000 records in Chromium: how soon it is there, how it scrolls, zooms and drags. */
import type { Page } from "playwright-core";
import { clicked, type Figure, heap, painted, scroll, told, withRecords } from "./crowd.ts";

const RECORDS = 10_000;

/** Measures on a database of its own. Throws where there is no Chromium. */
export const timeline = (): Promise<ReadonlyArray<Figure>> =>
  withRecords({ records: RECORDS, path: "/timeline" }, measured);

async function measured(page: Page, address: string): Promise<ReadonlyArray<Figure>> {
  await page.goto(address);
  await page.locator(".t-rows .lane").first().waitFor();
  const first = await page.evaluate(() => performance.now());
  await page.locator(".t-grid:not([aria-busy])").waitFor();
  const all = await page.evaluate(() => performance.now());
  const nodes = await page.locator(".plane *").count();
  const held = await heap(page);
  const wheel = await scroll(page, ".plane", 120);
  const jumps = await scroll(page, ".plane", 20_000);
  const zoomed = await clicked(page, ".segments button:nth-child(4)");
  const grouped = await grouping(page);
  await page.getByLabel("Group by").selectOption("");
  const moved = await movedTogether(page);
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  return [
    [`Timeline, ${RECORDS.toLocaleString("en-US")} records: bars to work with`, "< 1 s", ms(first)],
    ["all of them in the tab", "", `${ms(all)}, ${nodes} elements`],
    ["scrolling as a wheel does, time between frames", "none over 50 ms", told(wheel)],
    ["jumping 500 rows a frame", "", told(jumps)],
    ["zoom, until painted", "", ms(zoomed)],
    ["grouping by category, until painted", "", ms(grouped)],
    ["1,000 bars moved by a key, until shown with their costs", "", ms(moved)],
    ["memory of the tab's script", "", `${held.toFixed(0)} MB`],
  ];
}

/** From choosing what to group by until the frame after the next has begun. */
const grouping = (page: Page): Promise<number> =>
  painted(page, () => {
    const select = document.querySelector<HTMLSelectElement>(".labelled select")!;
    select.value = "category";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });

/** A day later: every bar of the search, 1,000 of them. */
async function movedTogether(page: Page): Promise<number> {
  await page.getByLabel("Search records").fill("PFA-100");
  await page.locator(".t-grid [tabindex='0']").focus();
  await page.keyboard.press("Control+a");
  const saved = page.waitForResponse("**/api/pfa-data/save-draft");
  const shown = await painted(page, () => {
    document.activeElement!.dispatchEvent(
      new KeyboardEvent("keydown", { key: "ArrowRight", altKey: true, bubbles: true }),
    );
  });
  const status = (await saved).status();
  if (status !== 200) throw new Error(`Cannot move: the server answered ${status}`);
  return shown;
}
