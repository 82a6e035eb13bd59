/** What a planner sees and takes hold of on the timeline. */
import type { Locator, Page } from "playwright-core";
import { awake } from "../browser.ts";

export const AT = "/timeline?org=RIO&q=PFA-100&zoom=month&date=2026-11-01";
/** Of a day, at the zoom of months. */
export const PIXELS = 4;

/** Waits until every record is there. */
export async function loaded(page: Page): Promise<void> {
  await awake(page);
  await page.locator(".t-grid:not([aria-busy])").waitFor();
  await page.locator(".t-rows .lane").first().waitFor();
}

/** A record's row. */
export const lane = (page: Page, pfaId: string): Locator =>
  page.locator(`.t-rows .lane:has(.t-name b:text-is("${pfaId}"))`);

/** Its forecast. */
export const bar = (page: Page, pfaId: string): Locator => lane(page, pfaId).locator(".forecast");

/** Waits until its badge says that word. */
export const badgeSays = (page: Page, pfaId: string, word: string): Promise<void> =>
  lane(page, pfaId).locator(".badge").filter({ hasText: word }).waitFor();

/** Waits until the status bar says that. */
export const says = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator(".status-bar [role=status]").filter({ hasText: text }).waitFor();

/** What the row shows as its forecast: start and end, YYYY-MM-DD. */
export async function datesOf(page: Page, pfaId: string): Promise<readonly [string, string]> {
  const texts = await lane(page, pfaId).locator(".t-dates > span").allTextContents();
  const [start, end] = texts.map((text) =>
    new Date(`${text.match(/\w+ \d+, \d+/)![0]} UTC`).toISOString().slice(0, 10)
  );
  return [start!, end!];
}

/** So many days later than a date of YYYY-MM-DD. */
export const later = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** Takes the bar, or one of its ends, and carries it so many days; the button stays pressed. */
export async function carry(page: Page, held: Locator, days: number): Promise<void> {
  const box = (await held.boundingBox())!;
  const pane = (await page.locator(".t-heads .t-dates").boundingBox())!;
  const x = Math.max(box.x, pane.x + pane.width) + Math.min(box.width / 2, 60);
  const y = box.y + box.height / 2;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + days * PIXELS / 2, y + 2, { steps: 3 });
  await page.mouse.move(x + days * PIXELS, y + 2, { steps: 3 });
}
