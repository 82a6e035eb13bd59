/** The metrics dashboard: how long its plots take to redraw, and what ten open tabs of it cost. */
import { tabs } from "./dashboard/tabs.ts";
import { redraw } from "./dashboard/redraw.ts";

export const dashboard = async (): Promise<ReadonlyArray<readonly [string, string, string]>> => [
  ...await redraw(),
  ...await tabs(),
];
