/** GridLab as a spreadsheet: ranges, the clipboard, undo, by keyboard alone and by mouse. */
import { inChromium } from "../chromium.ts";
import { startProduct, withFolder } from "../product.ts";
import { launchChromium } from "./browser.ts";
import { SHAPING } from "./shaping.ts";
import { SPREADSHEET } from "./spreadsheet.ts";

inChromium("GridLab works as a spreadsheet does", (path) =>
  withFolder(async (folder) => {
    const product = await startProduct(folder);
    const browser = await launchChromium(path);
    try {
      for (const { name, check } of [...SPREADSHEET, ...SHAPING]) {
        await check({ browser, origin: product.origin, planner: product.ana }).catch((cause) => {
          throw new Error(`${name}: ${cause.message}`, { cause });
        });
      }
    } finally {
      await browser.close();
      await product.stop();
    }
  }));
