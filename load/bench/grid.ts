/** GridLab with 50,000 records in Chromium: how soon it is there, how it scrolls, what it holds. */
import type { Page } from "playwright-core";
import { clicked, type Figure, heap, scroll, told, withRecords } from "./crowd.ts";

const RECORDS = 50_000;

/** Measures on a database of its own. Throws where there is no Chromium. */
export const grid = (): Promise<ReadonlyArray<Figure>> =>
  withRecords({ records: RECORDS, path: "/grid" }, measured);

async function measured(page: Page, address: string): Promise<ReadonlyArray<Figure>> {
  await page.goto(address);
  await page.locator(".rows .row").first().waitFor();
  const first = await page.evaluate(() => performance.now());
  await page.locator(".sheet:not([aria-busy])").waitFor();
  const all = await page.evaluate(() => performance.now());
  const held = await heap(page);
  const pasted = await paste(page);
  const file = await exported(page);
  const wheel = await scroll(page, ".sheet", 120);
  const jumps = await scroll(page, ".sheet", 80_000);
  const sorted = await clicked(page, ".head .n-model");
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  return [
    [`GridLab, ${RECORDS.toLocaleString("en-US")} records: rows to work with`, "< 1 s", ms(first)],
    ["all of them in the tab", "", ms(all)],
    ["scrolling as a wheel does, time between frames", "none over 50 ms", told(wheel)],
    ["jumping a hundred screens a frame", "", told(jumps)],
    ["sort by a column, until painted", "", ms(sorted)],
    ["5,000 cells pasted, until saved as drafts", "one request", pasted],
    ["memory of the tab's script", "", `${held.toFixed(0)} MB`],
    ["export as CSV, until the last byte", "", file],
  ];
}

/** 5,000 lines into a column, in one request. */
async function paste(page: Page): Promise<string> {
  await page.locator(".rows .row[data-at='0'] > .n-model").click();
  const saved = page.waitForResponse("**/api/pfa-data/save-draft");
  const shown = await page.evaluate(() => {
    const from = performance.now();
    const clipboardData = new DataTransfer();
    const lines = Array.from({ length: 5000 }, (_, nth) => `pasted ${nth}`);
    clipboardData.setData("text/plain", lines.join("\r\n"));
    document.activeElement!.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    );
    Object.assign(globalThis, { pastedAt: from });
    return performance.now() - from;
  });
  const status = (await saved).status();
  if (status !== 200) throw new Error(`Cannot paste: the server answered ${status}`);
  const all = await page.evaluate(() =>
    performance.now() - (globalThis as unknown as { pastedAt: number }).pastedAt
  );
  return `shown in ${shown.toFixed(0)} ms, saved in ${(all / 1000).toFixed(1)} s`;
}

async function exported(page: Page): Promise<string> {
  const { seconds, megabytes } = await page.evaluate(async () => {
    const { href } = document.querySelector<HTMLAnchorElement>("a[aria-label='Export CSV']")!;
    const from = performance.now();
    const file = await (await fetch(href)).arrayBuffer();
    return {
      seconds: (performance.now() - from) / 1000,
      megabytes: file.byteLength / 2 ** 20,
    };
  });
  return `${megabytes.toFixed(1)} MB in ${seconds.toFixed(1)} s`;
}
