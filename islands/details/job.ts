/** Jobs, their items and attempts as the API tells them, and how they are put into words. */
import type { Job as JobShape, Jobs } from "../../app/sync_shapes.ts";
import type { IconName } from "../icons.tsx";

export type Job = typeof JobShape.Type;
export type JobPage = typeof Jobs.Type;
export type JobRow = JobPage["jobs"][number];
export type Item = Job["items"][number];
export type Attempt = Item["attempts"][number];

export const KIND_WORDS: { readonly [kind in Job["kind"]]: string } = {
  commit: "Save & Sync",
  write_sync: "Sync now",
  read_sync: "Read from PEMS",
  rollback: "Rollback",
  replay: "Retry of dead letters",
};

/** What a job did; dead letters may also be given up step by step. */
export const kindWords = ({ kind, replay }: Pick<JobRow, "kind" | "replay">): string =>
  replay?.action === "discard" ? "Dead letters given up" : KIND_WORDS[kind];

export const JOB_WORDS: { readonly [status in Job["status"]]: string } = {
  queued: "Queued",
  running: "Running",
  completed: "Completed",
  failed: "Failed",
};

export const JOB_ICONS: { readonly [status in Job["status"]]: IconName } = {
  queued: "queued",
  running: "syncing",
  completed: "synced",
  failed: "failed",
};

/** The states of a modification, in the order in which they are counted. */
export const ITEM_WORDS: { readonly [status: string]: string } = {
  synced: "in PEMS",
  syncing: "syncing",
  queued: "queued",
  unknown: "checking",
  conflict: "in conflict",
  failed: "failed",
  discarded: "discarded",
};

/** A badge of the same look for each. */
export const ITEM_BADGES: { readonly [status: string]: IconName } = {
  synced: "synced",
  syncing: "syncing",
  queued: "queued",
  unknown: "unknown",
  conflict: "conflict",
  failed: "failed",
  discarded: "undo",
};

/** What an attempt came to, in a sentence. */
export function attemptWords({ status, outcome, error, latencyMs }: Attempt): string {
  const took = `${Math.round(latencyMs)} ms`;
  if (status === null) return `No answer after ${took}${error ? `: ${error}` : ""}`;
  if (error) return `${error} (${took})`;
  return `PEMS answered ${status} in ${took}${outcome === "Synced" ? ", done" : ""}`;
}
