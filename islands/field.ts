/** What an island knows of a field: written by the server into its props, since islands hold no schema. */
import type { Field, FieldName } from "../domain/pfa.ts";

export interface FieldMeta {
  readonly name: FieldName;
  readonly label: string;
  readonly kind: Field["kind"];
  readonly nullable: boolean;
  readonly choices?: ReadonlyArray<string>;
  readonly maxLength?: number;
  /** Why this user cannot edit it; absent where editing is allowed. */
  readonly locked?: string;
}

/** The organization a page shows, and what its user may do there. */
export interface Workplace {
  readonly organizationId: string;
  readonly organizationCode: string;
  readonly organizationName: string;
  readonly mayEdit: boolean;
  /** Records are discontinued by deleting them. */
  readonly mayDelete: boolean;
  readonly maySync: boolean;
  /** Dead letters and rollbacks are for those who manage the settings. */
  readonly mayManage: boolean;
  readonly mayExport: boolean;
  readonly mayImport: boolean;
}
