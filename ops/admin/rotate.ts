/** `admin rotate-key`: seals every stored PEMS key with the newest CREDENTIALS_KEY, while everything goes on running. */
import { listSealedKeys, replaceEnvelope } from "../../db/sealed_keys.ts";
import type { Sql } from "../../db/sql.ts";
import { DEFAULT_OWNER, isSealed, makeVault } from "../../pems/credentials.ts";

export interface Rotated {
  /** Organizations whose key is sealed anew. */
  readonly resealed: ReadonlyArray<string>;
  /** Those whose key the newest opened already. */
  readonly current: ReadonlyArray<string>;
  /** Those whose key none of the list opens. */
  readonly lost: ReadonlyArray<string>;
  /** For PEMS_WRITE_API_KEY, where that is an envelope of an older key. */
  readonly envelope: string | undefined;
}

/** @param keys as of CREDENTIALS_KEY, newest first */
export async function rotateKeys(
  auth: Sql,
  keys: ReadonlyArray<string>,
  defaultKey: string | undefined,
): Promise<Rotated> {
  const all = await makeVault(keys);
  const newest = await makeVault(keys.slice(0, 1));
  const fate = async (owner: string, envelope: string) => {
    if (await newest.open(owner, envelope).catch(() => undefined) !== undefined) return "current";
    const key = await all.open(owner, envelope).catch(() => undefined);
    return key === undefined ? "lost" : { envelope: await newest.seal(owner, key) };
  };
  const of = { resealed: [] as string[], current: [] as string[], lost: [] as string[] };
  for (const sealed of await listSealedKeys(auth)) {
    const found = await fate(sealed.organizationId, sealed.envelope);
    if (typeof found === "string") of[found].push(sealed.code);
    // A key set meanwhile is sealed by the newest already.
    else if (await replaceEnvelope(auth, sealed, found.envelope)) of.resealed.push(sealed.code);
    else of.current.push(sealed.code);
  }
  if (defaultKey === undefined || !isSealed(defaultKey)) return { ...of, envelope: undefined };
  const own = await fate(DEFAULT_OWNER, defaultKey);
  if (own === "lost") of.lost.push("PEMS_WRITE_API_KEY");
  return { ...of, envelope: typeof own === "string" ? undefined : own.envelope };
}

export const tellRotated = ({ resealed, current, lost, envelope }: Rotated): string =>
  [
    `sealed anew: ${listed(resealed)}`,
    `sealed by the newest key already: ${listed(current)}`,
    ...(envelope === undefined ? [] : [`PEMS_WRITE_API_KEY must now be:\n${envelope}`]),
    lost.length > 0
      ? `CANNOT BE OPENED, set these keys anew: ${listed(lost)}`
      : "The older keys may be taken out of CREDENTIALS_KEY" +
        (envelope === undefined ? "." : ", once PEMS_WRITE_API_KEY is set."),
  ].join("\n");

const listed = (codes: ReadonlyArray<string>) => codes.length === 0 ? "none" : codes.join(", ");
