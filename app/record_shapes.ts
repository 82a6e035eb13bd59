/** Shapes of records, drafts, commits and history. */
import { Schema } from "effect";
import { FIELD_NAMES, type FieldName, FIELDS, type WireValue } from "../domain/pfa.ts";
import { PRIORITIES, VIEW_STATUSES } from "../domain/status.ts";
import { Id, Instant, text } from "./shape.ts";

/** A field's value as it travels, null where there is none or it may not be seen. */
const valueOf = (name: FieldName): Schema.Codec<WireValue> => {
  const { kind, choices } = FIELDS[name];
  switch (kind) {
    case "money":
      return Schema.NullOr(Schema.Finite) as never;
    case "flag":
      return Schema.Boolean as never;
    case "choice":
      return Schema.Literals(choices!) as never;
    default:
      return Schema.NullOr(Schema.String) as never;
  }
};
const each = <A>(make: (name: FieldName) => A) =>
  Object.fromEntries(FIELD_NAMES.map((name) => [name, make(name)])) as { [name in FieldName]: A };

export const Fields = Schema.Struct(each(valueOf)).annotate({ identifier: "Fields" });
export const SomeFields = Schema.Struct(
  each((name) => Schema.optionalKey(valueOf(name))) as {
    [name in FieldName]: Schema.optionalKey<Schema.Codec<WireValue>>;
  },
).annotate({ identifier: "SomeFields" });

const maybe = Schema.optionalKey;
export const Sync = Schema.Struct({
  status: Schema.Literals(VIEW_STATUSES),
  modificationId: maybe(Id),
  jobId: maybe(Id),
  queuedAt: maybe(Instant),
  syncedAt: maybe(Instant),
  attempt: maybe(Schema.Int),
  nextAttemptAt: maybe(Instant),
  error: maybe(Schema.String),
  conflictId: maybe(Id),
  position: maybe(Schema.Int),
  expectedAt: maybe(Instant),
  waitingFor: maybe(Schema.String),
  stale: maybe(Schema.Boolean),
}).annotate({ identifier: "SyncState" });

export const View = Schema.Struct({
  pfaId: Schema.String,
  organizationCode: Schema.String,
  version: Schema.Int,
  data: Fields,
  baseline: SomeFields,
  sync: Sync,
}).annotate({ identifier: "PfaView" });

export const Page = Schema.Struct({
  records: Schema.Array(View),
  nextCursor: Schema.NullOr(Schema.String),
  total: Schema.Int,
}).annotate({ identifier: "RecordPage" });

const edit = {
  pfaId: text(200, 1),
  /** Absent fields are no opinion, null clears; the fields are judged one by one, with their rules. */
  changes: maybe(Schema.Record(Schema.String, Schema.Unknown)),
  changeReason: maybe(Schema.NullOr(text(1000))),
  baseVersion: maybe(Schema.Int),
  operation: maybe(Schema.Literals(["UPDATE", "DELETE"])),
  /** What the tab showed before the edit, where it may be behind. */
  seen: maybe(Schema.Record(Schema.String, Schema.Unknown)),
};
export const Edit = Schema.Struct(edit).annotate({ identifier: "Edit" });
export type Edit = typeof Edit.Type;

export const MOST_DRAFTS = 5000;
export const SaveDraft = Schema.Struct({ organizationId: Id, ...edit });
export const SaveDrafts = Schema.Struct({
  organizationId: Id,
  drafts: Schema.Array(Edit).check(Schema.isMaxLength(MOST_DRAFTS, {
    message: `Expected at most ${MOST_DRAFTS} drafts`,
  })),
});
export const SaveDraftRequest = Schema.Union([SaveDrafts, SaveDraft]).annotate({
  identifier: "SaveDraftRequest",
});

export const SavedDrafts = Schema.Struct({
  drafts: Schema.Array(Schema.Struct({
    /** Null: there was nothing to save and no draft before. */
    modificationId: Schema.NullOr(Id),
    pfaId: Schema.String,
    /** `discarded` when every field is back at its base, `clean` when nothing differed. */
    syncStatus: Schema.Literals(["draft", "discarded", "clean"]),
    baseVersion: Schema.Int,
  })),
}).annotate({ identifier: "SavedDrafts" });

export const DiscardDrafts = Schema.Struct({
  organizationId: Id,
  modificationIds: Schema.Array(Id),
}).annotate({ identifier: "DiscardDrafts" });
export const Discarded = Schema.Struct({ discarded: Schema.Int }).annotate({
  identifier: "Discarded",
});

export const CommitDrafts = Schema.Struct({
  organizationId: Id,
  modificationIds: maybe(Schema.Array(Id)),
  priority: maybe(Schema.Literals(PRIORITIES)),
  changeReason: maybe(Schema.NullOr(text(1000))),
}).annotate({ identifier: "CommitDrafts" });

export const Committed = Schema.Struct({
  success: Schema.Literal(true),
  jobId: Schema.NullOr(Id),
  queuedCount: Schema.Int,
  /** Null: nothing is on its way, or nothing is sent for now (paused, or PEMS is down). */
  estimatedCompletionTime: Schema.NullOr(Instant),
}).annotate({ identifier: "Committed" });
export type Committed = typeof Committed.Type;

export const Versions = Schema.Struct({
  versions: Schema.Array(Schema.Struct({
    version: Schema.Int,
    data: Fields,
    changedBy: Schema.NullOr(Schema.String),
    changeReason: Schema.NullOr(Schema.String),
    /** How we learnt of it. */
    source: Schema.Literals(["read_sync", "write", "read_back"]),
    at: Instant,
  })),
  nextCursor: Schema.NullOr(Schema.String),
}).annotate({ identifier: "Versions" });
