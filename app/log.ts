/** The log: one JSON object per line on standard output; ids and words, never secrets or money. */

export const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = typeof LEVELS[number];

let least: Level = "info";

/** Lines below the level are dropped, for the whole process. */
export const setLogLevel = (level: Level): void => {
  least = level;
};

export function log(
  level: Level,
  message: string,
  facts: { readonly [name: string]: unknown } = {},
) {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
  console.log(JSON.stringify({ at: new Date().toISOString(), level, message, ...facts }));
}
