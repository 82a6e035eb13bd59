/** A browser for the tests: pages that remember every complaint, signing in, and axe. */
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

/** WCAG 2.0 to 2.2, levels A and AA. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

export interface Visit {
  readonly page: Page;
  /** What went to the console as an error, and what was thrown. */
  readonly complaints: string[];
}

export interface VisitOptions {
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  readonly forcedColors?: boolean;
  readonly javaScript?: boolean;
}

/** A page in a context of its own: nobody is signed in. */
export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.theme ?? "light",
    reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
    forcedColors: options.forcedColors ? "active" : "none",
    javaScriptEnabled: options.javaScript ?? true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints };
}

/** Signs in through the form and waits until the page it leads to is awake. */
export async function signIn(
  page: Page,
  address: string,
  credentials: { readonly username: string; readonly password: string },
  { scripts = true }: { readonly scripts?: boolean } = {},
): Promise<void> {
  await page.goto(address);
  await page.getByLabel("Username or e-mail").fill(credentials.username);
  await page.getByLabel("Password").fill(credentials.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  if (scripts) await awake(page);
}

/** Waits until every island of the page is awake. */
export const awake = (page: Page): Promise<unknown> =>
  page.waitForSelector("html[data-ready]", { state: "attached" });

/** What axe finds against WCAG 2.2 AA, one line each; empty when there is nothing. */
export async function violations(page: Page): Promise<ReadonlyArray<string>> {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  return await page.evaluate(async (rules) => {
    const runner = (globalThis as unknown as { axe: typeof axe }).axe;
    const result = await runner.run(document, { runOnly: { type: "tag", values: rules } });
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`)
    );
  }, RULES);
}
