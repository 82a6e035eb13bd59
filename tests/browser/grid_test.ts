/** GridLab as a spreadsheet: ranges, the clipboard, undo, by keyboard alone and by mouse. */
import { SHAPING } from "./shaping.ts";
import { SPREADSHEET } from "./spreadsheet.ts";
import { journeys } from "./journeys.ts";

journeys(
  "GridLab works as a spreadsheet does",
  [...SPREADSHEET, ...SHAPING].map(({ name, check }) => ({
    name,
    check: ({ browser, product }) =>
      check({ browser, origin: product.origin, planner: product.ana }),
  })),
);
