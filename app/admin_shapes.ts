/** Shapes of administration: organizations, users, memberships, conflict policy. */
import { Schema } from "effect";
import { FIELD_NAMES } from "../domain/pfa.ts";
import { RESOLUTIONS } from "../domain/resolution.ts";
import { Permission } from "./account_shapes.ts";
import { TROUBLES } from "./probe.ts";
import { Id, Instant, text } from "./shape.ts";

const maybe = Schema.optionalKey;
const Text = Schema.String;
const Rate = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }));
const Code = Schema.String.check(
  Schema.isPattern(/^[A-Z0-9][A-Z0-9_-]{0,31}$/, {
    message: "Expected 1 to 32 capital letters, digits, - or _",
  }),
);
const Key = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{1,4000}$/, {
    message: "Expected 1 to 4000 printable characters without spaces",
  }),
);
const Email = Schema.String.check(
  Schema.isPattern(/^[^\s@\0]{1,64}@[^\s@\0]{1,255}$/, { message: "Expected an e-mail address" }),
);

/** Of the settings that the change was made on; absent: whatever they are by now. */
const Seen = maybe(Schema.Int);

export const NewOrganization = Schema.Struct({
  code: Code,
  name: text(200, 1),
  /** Absent: the PEMS of the environment. */
  pems: maybe(Schema.NullOr(
    Schema.Struct({ baseUrl: text(2000, 1), apiKey: Key, rateLimit: maybe(Rate) }),
  )),
}).annotate({ identifier: "NewOrganization" });

export const OrganizationChange = Schema.Struct({
  code: maybe(Code),
  name: maybe(text(200, 1)),
  /** Null: back to the PEMS of the environment. */
  pems: maybe(Schema.NullOr(
    Schema.Struct({ baseUrl: maybe(text(2000, 1)), apiKey: maybe(Key), rateLimit: maybe(Rate) }),
  )),
  version: Seen,
}).annotate({ identifier: "OrganizationChange" });

const Policy = Schema.Literals(["manual", "use_local", "use_pems"]);
const policies = Object.fromEntries(FIELD_NAMES.map((name) => [name, maybe(Policy)]));
export const ConflictPolicy = Schema.Struct({ fields: Schema.Struct(policies) })
  .annotate({ identifier: "ConflictPolicy" });

export const PolicyChange = Schema.Struct({ fields: Schema.Struct(policies), version: Seen })
  .annotate({ identifier: "PolicyChange" });

export const PolicyTrial = Schema.Struct({
  fields: Schema.Struct(policies),
  limit: maybe(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
}).annotate({ identifier: "PolicyTrial" });
/** What the policy would have made of the newest conflicts, however they ended. */
export const PolicyTried = Schema.Struct({
  conflicts: Schema.Int,
  /** By itself; `useLocal`, `usePems` and `merge` are its parts. */
  settled: Schema.Int,
  useLocal: Schema.Int,
  usePems: Schema.Int,
  merge: Schema.Int,
  /** Newest first. */
  items: Schema.Array(Schema.Struct({
    conflictId: Id,
    pfaId: Text,
    createdAt: Instant,
    outcome: Schema.Literals(["use_local", "use_pems", "merge", "manual"]),
    /** Decided by the policy; for `manual` what a person would have been asked. */
    fields: Schema.Array(Schema.Literals(FIELD_NAMES)),
    /** What was really decided; null: nothing yet, or PEMS came to agree by itself. */
    decided: Schema.NullOr(Schema.Literals(RESOLUTIONS)),
    open: Schema.Boolean,
  })),
}).annotate({ identifier: "PolicyTried" });

export const Organization = Schema.Struct({
  id: Id,
  code: Text,
  name: Text,
  /** Null throughout: the PEMS of the environment. The key never comes out. */
  pems: Schema.Struct({
    baseUrl: Schema.NullOr(Text),
    rateLimit: Schema.NullOr(Schema.Int),
    keyFingerprint: Schema.NullOr(Text),
    keySetAt: Schema.NullOr(Instant),
    /** Display name; null: nobody known. */
    keySetBy: Schema.NullOr(Text),
  }),
  /** What its calls go over, be it the environment's; null while there is none. */
  connection: Schema.NullOr(Schema.Struct({
    baseUrl: Text,
    rateLimit: Schema.Int,
    circuit: Schema.Literals(["closed", "open", "probing"]),
    since: Instant,
  })),
  conflictPolicy: Schema.Struct(policies),
  pause: Schema.NullOr(
    Schema.Struct({
      by: Text,
      reason: Schema.NullOr(Text),
      since: Instant,
      /** Display name of who paused it; null: no person did. */
      userName: Schema.NullOr(Text),
    }),
  ),
  /** Raised by every change of its name, settings or policy. */
  version: Schema.Int,
  createdAt: Instant,
}).annotate({ identifier: "Organization" });
export const Organizations = Schema.Struct({
  organizations: Schema.Array(Organization),
  nextCursor: Schema.NullOr(Text),
}).annotate({ identifier: "Organizations" });

export const ConnectionTest = Schema.Struct({
  success: Schema.Boolean,
  /** Health and one page of one record, together. */
  latencyMs: Schema.Int,
  /** Why it did not work. */
  error: Schema.NullOr(Text),
  /** Of what kind that is; null: it worked. */
  trouble: Schema.NullOr(Schema.Literals(TROUBLES)),
}).annotate({ identifier: "ConnectionTest" });

const Username = Schema.String.check(
  Schema.isPattern(/^[\p{L}\p{N}._@+-]{1,100}$/u, {
    message: "Expected 1 to 100 letters, digits or . _ @ + -",
  }),
);
export const NewUser = Schema.Struct({
  username: Username,
  displayName: text(200, 1),
  email: maybe(Schema.NullOr(Email)),
  password: text(1000, 1),
  isAdmin: maybe(Schema.Boolean),
  /** The first one, made along with the user or not at all. */
  membership: maybe(Schema.Struct({
    organizationId: Id,
    permissions: Schema.Array(Permission),
    expiresAt: maybe(Schema.NullOr(Instant)),
  })),
}).annotate({ identifier: "NewUser" });
export const UserChange = Schema.Struct({
  displayName: maybe(text(200, 1)),
  email: maybe(Schema.NullOr(Email)),
  password: maybe(text(1000, 1)),
  isAdmin: maybe(Schema.Boolean),
  disabled: maybe(Schema.Boolean),
}).annotate({ identifier: "UserChange" });

const user = {
  id: Id,
  username: Text,
  displayName: Text,
  email: Schema.NullOr(Text),
  isAdmin: Schema.Boolean,
  disabledAt: Schema.NullOr(Instant),
  createdAt: Instant,
};
export const User = Schema.Struct(user).annotate({ identifier: "User" });
export const Users = Schema.Struct({
  users: Schema.Array(Schema.Struct({
    ...user,
    memberships: Schema.Array(Schema.Struct({
      organizationId: Id,
      permissions: Schema.Array(Permission),
      expiresAt: Schema.NullOr(Instant),
    })),
  })),
  nextCursor: Schema.NullOr(Text),
}).annotate({ identifier: "Users" });

export const NewMembership = Schema.Struct({
  permissions: Schema.Array(Permission),
  expiresAt: maybe(Schema.NullOr(Instant)),
}).annotate({ identifier: "NewMembership" });
export const Membership = Schema.Struct({
  organizationId: Id,
  userId: Id,
  permissions: Schema.Array(Permission),
  expiresAt: Schema.NullOr(Instant),
}).annotate({ identifier: "Membership" });
