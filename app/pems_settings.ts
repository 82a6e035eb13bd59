/** The PEMS settings of an organization: checked, sealed, and tied to their connection. */
import { ensureConnection } from "../db/connections.ts";
import {
  changePems,
  findOrganization,
  type OrganizationRow,
  sealedKey,
} from "../db/organizations.ts";
import type { Runner } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import { safeBaseUrl } from "../pems/address.ts";
import { fingerprint, openDefaultKey, type Vault } from "../pems/credentials.ts";
import { broken } from "./problem.ts";

export interface Defaults {
  readonly config: Config;
  readonly vault: Vault;
}

/** As asked for: absent stays, null is the environment's. */
export type PemsChange = {
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly rateLimit?: number;
} | null;

/** The settings after the change, in the row. Throws 422 for a URL that may not be, or one without its key. */
export async function applyPems(
  tx: Runner,
  { config, vault }: Defaults,
  { id, change, userId }: {
    readonly id: string;
    readonly change: PemsChange;
    /** Who changes it. */
    readonly userId: string;
  },
): Promise<OrganizationRow> {
  const before = (await findOrganization(tx, id))!;
  if (change === null) {
    const connectionId = await defaultConnection(tx, { config, vault });
    return await changePems(tx, id, {
      baseUrl: null,
      rateLimit: null,
      key: null,
      connectionId,
      userId,
    });
  }
  const baseUrl = change.baseUrl === undefined ? before.baseUrl : readBaseUrl(change.baseUrl);
  const { apiKey } = change;
  if (baseUrl === null) throw missing("baseUrl", "Name the PEMS that these settings are for");
  if (apiKey === undefined && (before.keyFingerprint === null || baseUrl !== before.baseUrl)) {
    // Or whoever may set the URL could have the key sent to a place of their own.
    throw missing("apiKey", "A new PEMS URL needs its key");
  }
  const key = apiKey === undefined
    ? undefined
    : { sealed: await vault.seal(id, apiKey), fingerprint: await fingerprint(apiKey) };
  const rateLimit = change.rateLimit ?? before.rateLimit ?? config.pems.rateLimit;
  const connectionId = await ensureConnection(tx, {
    baseUrl,
    keyFingerprint: key?.fingerprint ?? before.keyFingerprint!,
    rateLimit,
  });
  return await changePems(tx, id, { baseUrl, rateLimit, key, connectionId, userId });
}

/** The connection of the environment's PEMS; null without one. */
export async function defaultConnection(
  sql: Runner,
  { config: { pems }, vault }: Defaults,
): Promise<string | null> {
  const apiKey = await openDefaultKey(vault, pems.apiKey);
  if (pems.baseUrl === undefined || apiKey === undefined) return null;
  return await ensureConnection(sql, {
    baseUrl: pems.baseUrl,
    keyFingerprint: await fingerprint(apiKey),
    rateLimit: pems.rateLimit,
  });
}

/** Where PEMS is and the key in clear, for a call; undefined while none is set up. */
export async function endpointOf(
  auth: Runner,
  { config, vault }: Defaults,
  organization: OrganizationRow,
): Promise<{ readonly baseUrl: string; readonly apiKey: string } | undefined> {
  const sealed = await sealedKey(auth, organization.id);
  if (organization.baseUrl !== null && sealed !== null) {
    return { baseUrl: organization.baseUrl, apiKey: await vault.open(organization.id, sealed) };
  }
  const apiKey = await openDefaultKey(vault, config.pems.apiKey);
  const { baseUrl } = config.pems;
  return baseUrl === undefined || apiKey === undefined ? undefined : { baseUrl, apiKey };
}

function readBaseUrl(text: string): string {
  const safe = safeBaseUrl(text);
  if ("url" in safe) return safe.url;
  throw broken([{ path: "pems.baseUrl", message: safe.message }]);
}

const missing = (name: string, message: string) => broken([{ path: `pems.${name}`, message }]);
