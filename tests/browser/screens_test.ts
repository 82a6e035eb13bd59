/** Every screen of a running product, one check after another. */
import { inChromium } from "../chromium.ts";
import { startProduct, withFolder } from "../product.ts";
import { launchChromium } from "./browser.ts";
import { SCREENS } from "./screens.ts";

inChromium("every screen holds for everybody", (path) =>
  withFolder(async (folder) => {
    const product = await startProduct(folder);
    const browser = await launchChromium(path);
    try {
      for (const { name, check } of SCREENS) {
        await check({ browser, origin: product.origin, planner: product.ana }).catch((cause) => {
          throw new Error(`${name}: ${cause.message}`, { cause });
        });
      }
    } finally {
      await browser.close();
      await product.stop();
    }
  }));
