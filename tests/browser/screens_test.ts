/** Every screen of a running product, one check after another. */
import { SCREENS } from "./screens.ts";
import { journeys } from "./journeys.ts";

journeys(
  "every screen holds for everybody",
  SCREENS.map(({ name, check }) => ({
    name,
    check: ({ browser, product }) =>
      check({ browser, origin: product.origin, planner: product.ana }),
  })),
);
