/** Journeys through a running product in one browser, one after another; each is named where it fails. */
import { freePort } from "../../load/bench/processes.ts";
import { inChromium } from "../chromium.ts";
import { firstStart } from "../first_start.ts";
import { startProduct, withFolder } from "../product.ts";
import { launchChromium } from "./browser.ts";
import type { Bench } from "./decisions.ts";

interface Journey {
  readonly name: string;
  readonly check: (bench: Bench) => Promise<void>;
}

type Environment = { readonly [name: string]: string };

/** Registers them as one test, on a product of their own. */
export function journeys(
  name: string,
  all: ReadonlyArray<Journey | Journey["check"]>,
  environment: Environment = {},
): void {
  inChromium(name, (path) =>
    withFolder(async (folder) => {
      await firstStart(folder);
      const product = await startProduct(folder, freePort(), environment);
      const browser = await launchChromium(path);
      try {
        for (const one of all) {
          const check = typeof one === "function" ? one : one.check;
          await check({ browser, product }).catch((cause) => {
            throw new Error(`${one.name}: ${cause.message}`, { cause });
          });
        }
      } finally {
        await browser.close();
        await product.stop();
      }
    }));
}
