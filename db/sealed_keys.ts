/** PEMS keys as they are stored: sealed, each for its organization. */
import { record } from "./audit.ts";
import type { Sql, Tx } from "./sql.ts";

export interface SealedKey {
  readonly organizationId: string;
  readonly code: string;
  readonly envelope: string;
}

export const listSealedKeys = (auth: Sql): Promise<ReadonlyArray<SealedKey>> =>
  auth<SealedKey[]>`
    select id as "organizationId", code, pems_key as envelope from organization
    where pems_key is not null
    order by code`;

/** Puts another envelope of the same key in place; false when the key itself was changed meanwhile. */
export const replaceEnvelope = (auth: Sql, key: SealedKey, envelope: string): Promise<boolean> =>
  auth.begin(async (tx: Tx) => {
    const replaced = await tx`
      update organization set pems_key = ${envelope}
      where id = ${key.organizationId} and pems_key = ${key.envelope}`;
    if (replaced.count === 0) return false;
    await record(tx, [{
      eventType: "CREDENTIAL_CHANGED",
      organizationId: key.organizationId,
      details: { sealed: "anew" },
    }]);
    return true;
  }) as Promise<boolean>;
