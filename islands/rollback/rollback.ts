/** Versions of a record and the rollback to one of them, as the API tells them. */
import type { RollbackPreview, RolledBackRecord } from "../../app/sync_shapes.ts";
import type { Versions } from "../../app/record_shapes.ts";
import { call, query } from "../api.ts";

export type VersionPage = typeof Versions.Type;
export type Version = VersionPage["versions"][number];
export type Change = typeof RollbackPreview.Type["changes"][number];
export type RolledBack = typeof RolledBackRecord.Type;

export const SOURCES: { readonly [source in Version["source"]]: string } = {
  read_sync: "in PEMS",
  write: "from here",
  read_back: "read back from PEMS",
};

interface Of {
  readonly organizationId: string;
  readonly pfaId: string;
}

export const fetchVersions = (
  { organizationId, pfaId }: Of,
  cursor?: string,
): Promise<VersionPage> =>
  call(
    `/api/pfa-data/${encodeURIComponent(pfaId)}/history?${
      query({ organizationId, limit: "50", cursor })
    }`,
  );

/** What writing back the version would change. @throws Refusal */
export const previewRollback = async (
  { organizationId, pfaId }: Of,
  targetVersion: number,
): Promise<ReadonlyArray<Change>> =>
  (await call<{ changes: ReadonlyArray<Change> }>(
    `/api/pfa-data/${encodeURIComponent(pfaId)}/rollback`,
    { organizationId, targetVersion, preview: true },
  )).changes;

interface Asked extends Of {
  readonly targetVersion: number;
  readonly reason: string;
  /** Fields changed since by others, to be written back all the same. */
  readonly fields: ReadonlyArray<string>;
}

/** @throws Refusal */
export const rollBack = ({ pfaId, ...asked }: Asked): Promise<RolledBack> =>
  call(`/api/pfa-data/${encodeURIComponent(pfaId)}/rollback`, asked);
