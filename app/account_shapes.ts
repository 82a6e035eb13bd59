/** Shapes of sign-in, of who one is, and of API tokens. */
import { Schema } from "effect";
import { PERMISSIONS } from "../domain/permissions.ts";
import { Id, Instant, text } from "./shape.ts";

export const Permission = Schema.Literals(PERMISSIONS);

export const Credentials = Schema.Struct({ username: text(320, 1), password: text(1000, 1) })
  .annotate({ identifier: "Credentials" });

export const Me = Schema.Struct({
  user: Schema.Struct({
    id: Id,
    username: Schema.String,
    displayName: Schema.String,
    email: Schema.NullOr(Schema.String),
    isAdmin: Schema.Boolean,
  }),
  organizations: Schema.Array(Schema.Struct({
    id: Id,
    code: Schema.String,
    name: Schema.String,
    permissions: Schema.Array(Permission),
  })),
  /** There while who is signed in (`by`) looks as `user`. */
  viewing: Schema.optionalKey(Schema.Struct({
    by: Schema.Struct({ id: Id, username: Schema.String, displayName: Schema.String }),
    organizationId: Id,
    until: Instant,
  })),
}).annotate({ identifier: "Me" });

export const ViewAs = Schema.Struct({ userId: Id, organizationId: Id })
  .annotate({ identifier: "ViewAs" });
export const ViewedAs = Schema.Struct({ userId: Id, organizationId: Id, until: Instant })
  .annotate({ identifier: "ViewedAs" });

export const SignedOut = Schema.Struct({ success: Schema.Literal(true) })
  .annotate({ identifier: "SignedOut" });

export const Sessions = Schema.Struct({
  sessions: Schema.Array(Schema.Struct({
    id: Id,
    createdAt: Instant,
    expiresAt: Instant,
    /** To the minute; null: not since it was made. */
    lastUsedAt: Schema.NullOr(Instant),
    address: Schema.NullOr(Schema.String),
    userAgent: Schema.NullOr(Schema.String),
    /** Whether it is the one that asks. */
    current: Schema.Boolean,
  })),
  nextCursor: Schema.NullOr(Schema.String),
}).annotate({ identifier: "Sessions" });

export const Ended = Schema.Struct({ ended: Schema.Int }).annotate({ identifier: "Ended" });

export const NewPassword = Schema.Struct({ current: text(1000, 1), password: text(1000, 1) })
  .annotate({ identifier: "NewPassword" });

export const NewToken = Schema.Struct({
  name: text(100, 1),
  permissions: Schema.optionalKey(Schema.NullOr(Schema.Array(Permission))),
  expiresAt: Schema.optionalKey(Schema.NullOr(Instant)),
}).annotate({ identifier: "NewToken" });

const token = {
  id: Id,
  name: Schema.String,
  permissions: Schema.NullOr(Schema.Array(Permission)),
  createdAt: Instant,
  expiresAt: Schema.NullOr(Instant),
  lastUsedAt: Schema.NullOr(Instant),
};
export const Token = Schema.Struct(token).annotate({ identifier: "Token" });
/** `token` is the secret, told this once. */
export const ShownToken = Schema.Struct({ ...token, token: Schema.String })
  .annotate({ identifier: "ShownToken" });
export const Tokens = Schema.Struct({
  tokens: Schema.Array(Token),
  nextCursor: Schema.NullOr(Schema.String),
}).annotate({ identifier: "Tokens" });
