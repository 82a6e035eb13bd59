/** What tests start from: organizations, people, records, drafts and commits, made through the product's own verbs. */
import { ensureConnection } from "../db/connections.ts";
import { readBases, saveDrafts } from "../db/drafts.ts";
import { enqueue } from "../db/enqueue.ts";
import { applyMirror, type Origin } from "../db/mirror.ts";
import { asTenant, type Database, type Tenant } from "../db/sql.ts";
import { capture, type Delta, type Edits } from "../domain/delta.ts";
import type { Remote } from "../domain/outcome.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import type { Pfa } from "../domain/pfa.ts";
import type { Priority } from "../domain/status.ts";
import type { Operation } from "../domain/threeway.ts";

/** A crane rented for eight months; it keeps every rule. */
export const aPfa = (over: Partial<Pfa> = {}): Pfa => ({
  description: "Crawler crane 250 t",
  areaSilo: "Area 12",
  category: "Cranes",
  class: "Crawler",
  forecastCategory: null,
  manufacturer: "Liebherr",
  model: "LR 1250",
  contract: null,
  equipment: "CRN-0012",
  source: "Rental",
  dor: "BEO",
  monthlyRate: "5500.00",
  purchasePrice: null,
  originalStart: "2026-01-01",
  originalEnd: "2026-08-31",
  forecastStart: "2026-01-15",
  forecastEnd: "2026-09-15",
  actualStart: null,
  actualEnd: null,
  isActualized: false,
  isDiscontinued: false,
  isFundsTransferable: false,
  ...over,
});

/** The record as PEMS would tell it. */
export const aRemote = (over: Partial<Pfa> & { readonly version?: number } = {}): Remote => {
  const { version = 1, ...fields } = over;
  return {
    version,
    record: aPfa(fields),
    updatedAt: "2026-03-01T08:00:00.000Z",
    modifiedBy: "pems",
    changeReason: null,
  };
};

/** A name that no other call has given, so that builders compose. */
let names = 0;
const unique = (stem: string) => `${stem}${++names}`;

/** A PEMS connection; returns its id. */
export const aConnection = (
  db: Database,
  over: { readonly baseUrl?: string; readonly rateLimit?: number } = {},
): Promise<string> =>
  ensureConnection(db.auth, {
    baseUrl: over.baseUrl ?? `http://127.0.0.1/${unique("pems")}`,
    keyFingerprint: "none",
    rateLimit: over.rateLimit ?? 10,
  });

export interface AnOrganization {
  readonly code?: string;
  readonly connectionId?: string | null;
}

/** An organization, without a connection unless one is given; returns its id. */
export async function anOrganization(db: Database, over: AnOrganization = {}): Promise<string> {
  const code = over.code ?? unique("ORG");
  const [row] = await db.auth<[{ id: string }]>`
    insert into organization (code, name, connection_id)
    values (${code}, ${code}, ${over.connectionId ?? null})
    returning id`;
  return row.id;
}

export interface AUser {
  readonly username?: string;
  readonly email?: string;
  readonly passwordHash?: string;
  readonly isAdmin?: boolean;
}

/** A user who belongs nowhere yet; returns the id. */
export async function aUser(db: Database, over: AUser = {}): Promise<string> {
  const username = over.username ?? unique("user");
  const [row] = await db.auth<[{ id: string }]>`
    insert into app_user (username, display_name, email, password_hash, is_admin)
    values (${username}, ${username}, ${over.email ?? null}, ${over.passwordHash ?? null},
      ${over.isAdmin ?? false})
    returning id`;
  return row.id;
}

/** A user of the organization with these permissions, all of them unless said. */
export async function aMember(
  db: Database,
  organizationId: string,
  over: AUser & { readonly permissions?: ReadonlyArray<string> } = {},
): Promise<Tenant> {
  const userId = await aUser(db, over);
  await db.auth`
    insert into membership (organization_id, user_id, permissions)
    values (${organizationId}, ${userId}, ${[...(over.permissions ?? PERMISSIONS)]})`;
  return { organizationId, userId };
}

/** A member of a new organization with a connection of its own. */
export const aPlanner = async (
  db: Database,
  over: { readonly code?: string; readonly rateLimit?: number } = {},
): Promise<Tenant> =>
  await aMember(
    db,
    await anOrganization(db, {
      connectionId: await aConnection(db, over),
      ...(over.code === undefined ? {} : { code: over.code }),
    }),
  );

export type Records = {
  readonly [pfaId: string]: Partial<Pfa> & { readonly version?: number };
};

/** Puts the records into the mirror, version 1 unless said; returns the ids of those that moved. */
export const mirrored = (
  db: Database,
  organizationId: string,
  records: Records,
  origin: Origin = "read_sync",
): Promise<ReadonlyArray<string>> =>
  applyMirror(
    db.worker,
    Object.entries(records).map(([pfaId, over]) => ({
      organizationId,
      pfaId,
      remote: aRemote(over),
      origin,
    })),
  );

/** Edits by record; `DELETE` for a deletion. */
export type Changes = { readonly [pfaId: string]: Edits | "DELETE" };

/** Saves drafts of mirrored records, captured against what the user sees; returns their ids by record. */
export const drafted = (
  db: Database,
  tenant: Tenant,
  changes: Changes,
): Promise<ReadonlyMap<string, string>> =>
  asTenant(db.app, tenant, async (tx) => {
    const wanted = Object.keys(changes).map((pfaId) => ({ pfaId, baseVersion: null }));
    const bases = await readBases(tx, tenant.userId, wanted);
    return await saveDrafts(
      tx,
      tenant,
      Object.entries(changes).map(([pfaId, edits]) => {
        const basis = bases.get(pfaId);
        if (basis === undefined) throw new Error(`Cannot draft ${pfaId}: it is not in the mirror`);
        const { record, version: baseVersion } = basis;
        return {
          pfaId,
          operation: (edits === "DELETE" ? "DELETE" : "UPDATE") satisfies Operation,
          changes: edits === "DELETE" ? wholeRecord(record) : capture(record, edits),
          baseVersion,
          changeReason: null,
        };
      }),
    );
  });

/** A DELETE carries every field that was seen, so that any change at PEMS is noticed. */
const wholeRecord = (record: Pfa): Delta =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      name === "isDiscontinued" ? { from: false, to: true } : { from: value, to: value },
    ]),
  );

export interface Committed {
  readonly jobId: string;
  /** Modification ids by record. */
  readonly modifications: ReadonlyMap<string, string>;
}

/** Drafts the changes and commits them as one job. */
export async function committed(
  db: Database,
  tenant: Tenant,
  changes: Changes,
  over: {
    readonly priority?: Priority;
    readonly maxRetries?: number;
    readonly changeReason?: string;
  } = {},
): Promise<Committed> {
  const modifications = await drafted(db, tenant, changes);
  const { jobId } = await asTenant(db.app, tenant, (tx) =>
    enqueue(tx, {
      ...tenant,
      modificationIds: [...modifications.values()],
      priority: over.priority ?? "normal",
      maxRetries: over.maxRetries ?? 3,
      changeReason: over.changeReason,
    }));
  return { jobId, modifications };
}
