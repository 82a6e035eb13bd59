/** A violation in words: the promise that broke, and the way there, step by step. */
import type { Violation } from "./checker.ts";

export const inWords = (violation: Violation | undefined): string =>
  violation === undefined ? "" : [
    `Broken: ${violation.invariant}`,
    ...violation.path.map((told, nth) => `${String(nth + 1).padStart(3)}. ${told}`),
  ].join("\n");
