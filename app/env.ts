/** What every request carries through the routes: who asks, how, and the nonce of its page. */
import type { Permission } from "../domain/permissions.ts";

export interface Membership {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly permissions: ReadonlyArray<Permission>;
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  /** A system administrator: every permission in each organization. */
  readonly isAdmin: boolean;
}

/** The signed-in user; the answer of `GET /api/auth/me`. */
export interface Session {
  readonly user: User;
  readonly organizations: ReadonlyArray<Membership>;
  /** Whoever is signed in looks as `user`, in one organization, and changes nothing. */
  readonly viewing?: View;
}

export interface View {
  /** Who is signed in. */
  readonly by: Pick<User, "id" | "username" | "displayName">;
  readonly organizationId: string;
  /** ISO 8601. */
  readonly until: string;
}

/** What proved the session: a cookie, or an API token that may narrow it. */
export interface Credential {
  readonly kind: "cookie" | "token";
  /** Of the session or token row. */
  readonly id: string;
  /** Null: everything the user may. */
  readonly permissions: ReadonlyArray<Permission> | null;
  /** Null: it is good until somebody revokes it. */
  readonly expiresAt: Date | null;
}

export interface AppEnv {
  Variables: {
    session: Session | undefined;
    credential: Credential | undefined;
    /** The organization that the request's guard let through. */
    organization: Membership;
    requestId: string;
    /** The sync job that the request started. */
    jobId: string | undefined;
    /** Set by secureHeaders for pages. */
    secureHeadersNonce?: string;
  };
}
