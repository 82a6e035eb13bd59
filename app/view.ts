/** A record as the API answers it. */
import type { ViewedRecord } from "../db/records.ts";
import { sameValue } from "../domain/delta.ts";
import {
  FIELD_NAMES,
  type FieldName,
  type FieldValue,
  wireRecord,
  type WireValue,
} from "../domain/pfa.ts";
import type { SyncState } from "../domain/status.ts";
import type { Membership } from "./env.ts";
import { maskFor } from "./mask.ts";

export interface PfaView {
  readonly pfaId: string;
  readonly organizationCode: string;
  readonly version: number;
  readonly data: { readonly [name in FieldName]: WireValue };
  /** The mirror's value of each field that differs. */
  readonly baseline: { readonly [name in FieldName]?: WireValue };
  readonly sync: SyncState;
}

/** The view that a member of the organization may see. */
export function viewOf(
  { pfaId, version, record, mirror, sync }: ViewedRecord,
  { code, permissions }: Membership,
): PfaView {
  const mask = maskFor(permissions);
  const differing: { [name in FieldName]?: FieldValue } = {};
  for (const name of mirror === undefined ? [] : FIELD_NAMES) {
    if (!sameValue(name, mirror![name], record[name])) differing[name] = mirror![name];
  }
  return {
    pfaId,
    organizationCode: code,
    version,
    data: mask.fields(wireRecord(record) as PfaView["data"]),
    baseline: mask.fields(wireRecord(differing)),
    sync: mask.sync(sync),
  };
}
