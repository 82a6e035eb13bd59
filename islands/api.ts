/** Calls to our own API: JSON in, JSON out, refusals as one class that carries the server's words. */
import type { ImportReport } from "../app/import_shapes.ts";
import type { PfaView, RecordPage, Value } from "./record.ts";
import { signedInAgain } from "./session.ts";

/** The server said no (or, with status 0, nothing at all). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Each broken rule or bad field, by the path the server names. */
    readonly errors: ReadonlyArray<{ readonly path: string; readonly message: string }> = [],
  ) {
    super(message);
  }
}

/** Milliseconds by which the server's clock is ahead of this one, from its last answer. */
let serverAhead = 0;
export const serverNow = (): number => Date.now() + serverAhead;

/**
 * One request. When the session has ended it waits until the user has signed in again, and is sent again.
 * @param body sent as JSON with POST; without it a GET
 * @throws Refusal
 */
export const call = <Answer>(path: string, body?: unknown): Promise<Answer> =>
  answered(path, {
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });

/**
 * One request that changes or removes what its path names.
 * @returns what the server answers; undefined for an answer without a body
 * @throws Refusal
 */
export const send = <Answer = void>(
  method: "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Answer> =>
  answered(path, {
    method,
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function answered<Answer>(path: string, request: RequestInit): Promise<Answer> {
  const response = await fetch(path, request).catch(() => {
    throw new Refusal(0, "The server cannot be reached. Nothing was saved.");
  });
  const date = Date.parse(response.headers.get("date") ?? "");
  if (!Number.isNaN(date)) serverAhead = date - Date.now();
  if (response.ok) return response.status === 204 ? undefined as Answer : await response.json();
  if (response.status === 401) {
    // Refused before anything was done: sending it again does it once.
    await signedInAgain();
    return await answered(path, request);
  }
  throw await refusal(response);
}

async function refusal(response: Response): Promise<Refusal> {
  const problem = await response.json().catch(() => ({})) as {
    readonly title?: string;
    readonly detail?: string;
    readonly errors?: Refusal["errors"];
  };
  const errors = problem.errors ?? [];
  const message = errors[0]?.message ?? problem.detail ?? problem.title ??
    `The server answered ${response.status}.`;
  return new Refusal(response.status, message, errors);
}

export const query = (parameters: { readonly [name: string]: string | undefined }): string =>
  new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => !!entry[1]),
  ).toString();

export const fetchPage = (
  organizationId: string,
  parameters: { readonly [name: string]: string | undefined },
): Promise<RecordPage> =>
  call(`/api/pfa-data?${query({ organizationId, limit: "1000", ...parameters })}`);

/** The server answers at most this many named records at once. */
const NAMED_AT_ONCE = 200;

/** The records by id, in requests one after another. */
export async function fetchRecords(
  organizationId: string,
  pfaIds: ReadonlyArray<string>,
): Promise<ReadonlyArray<PfaView>> {
  const records: PfaView[] = [];
  for (let at = 0; at < pfaIds.length; at += NAMED_AT_ONCE) {
    const some = pfaIds.slice(at, at + NAMED_AT_ONCE).join(",");
    records.push(...(await fetchPage(organizationId, { pfaIds: some })).records);
  }
  return records;
}

export interface SavedDrafts {
  readonly drafts: ReadonlyArray<{
    readonly modificationId: string | null;
    readonly pfaId: string;
    readonly syncStatus: "draft" | "discarded" | "clean";
  }>;
}

export interface DraftEdit {
  readonly pfaId: string;
  readonly changes: { readonly [field: string]: Value };
  /** What this tab showed before the edit: it may be behind. */
  readonly seen: { readonly [field: string]: Value };
}

/** Saves the drafts: all of them or none. */
export const saveDrafts = (
  organizationId: string,
  drafts: ReadonlyArray<DraftEdit>,
): Promise<SavedDrafts> =>
  call("/api/pfa-data/save-draft", {
    organizationId,
    ...(drafts.length === 1 ? drafts[0] : { drafts }),
  });

export interface Committed {
  /** Null: nothing was left to commit. */
  readonly jobId: string | null;
  readonly queuedCount: number;
  readonly estimatedCompletionTime: string | null;
}

/** Commits the own drafts named, all of them when none is named; the reason goes with each. */
export const commitDrafts = (
  organizationId: string,
  modificationIds?: ReadonlyArray<string>,
  changeReason?: string,
): Promise<Committed> =>
  call("/api/pfa-data/commit-drafts", {
    organizationId,
    ...(modificationIds && { modificationIds }),
    ...(changeReason && { changeReason }),
  });

export const discardDrafts = (
  organizationId: string,
  modificationIds: ReadonlyArray<string>,
): Promise<{ readonly discarded: number }> =>
  call("/api/pfa-data/discard-drafts", { organizationId, modificationIds });

export interface ImportedFile {
  readonly organizationId: string;
  readonly text: string;
  /** What each of its columns is; undefined: as their headers say. */
  readonly columns: ReadonlyArray<string> | undefined;
  readonly preview: boolean;
  readonly dates: "month" | "day";
}

/** Tells what a CSV file would change, or makes drafts of it. */
export const importFile = (
  { organizationId, text, columns, preview, dates }: ImportedFile,
): Promise<ImportReport> =>
  answered(
    `/api/pfa-data/import?${
      query({ organizationId, preview: String(preview), dates, columns: columns?.join(",") })
    }`,
    {
      method: "POST",
      headers: { accept: "application/json", "content-type": "text/csv; charset=utf-8" },
      body: text,
    },
  );
