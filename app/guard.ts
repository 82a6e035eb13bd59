/** What stands before a route: signed in, from our own pages, allowed in the organization, not too often. */
import type { Context, MiddlewareHandler } from "hono";
import { record } from "../db/audit.ts";
import type { Sql } from "../db/sql.ts";
import type { Permission } from "../domain/permissions.ts";
import { isSameOrigin } from "./caller.ts";
import type { AppEnv, Membership, Session } from "./env.ts";
import { readJson } from "./json_body.ts";
import { forbidden, invalid, Problem } from "./problem.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Lets nobody through who is not signed in. */
export const signedIn: MiddlewareHandler<AppEnv> = async (c, next) => {
  sessionOf(c);
  await next();
};

/** Refuses a narrowed token what is its user's own business: where they are signed in. */
export const unnarrowed: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.get("credential")?.permissions != null) {
    throw forbidden("A narrowed token ends no sessions");
  }
  await next();
};

/** The session. Throws 401 without one. */
export function sessionOf(c: Context<AppEnv>): Session {
  const session = c.get("session");
  if (session !== undefined) return session;
  throw new Problem(
    "unauthenticated",
    "Sign in first, or send an API token that is still good",
    [],
    {
      "www-authenticate": "Bearer",
    },
  );
}

/** Refuses what another site's page makes a signed-in browser send. A token is never sent by itself. */
export const ownOrigin = (trustProxy: boolean): MiddlewareHandler<AppEnv> => async (c, next) => {
  if (!SAFE.has(c.req.method) && c.get("credential")?.kind === "cookie") {
    requireOwnOrigin(c, trustProxy);
  }
  await next();
};

export function requireOwnOrigin(c: Context<AppEnv>, trustProxy: boolean): void {
  if (isSameOrigin(c, trustProxy)) return;
  throw new Problem("foreign_origin", `Cannot accept a request from ${c.req.header("origin")}`);
}

/** Who is signed in, be it that they look as somebody else. */
export const actorOf = ({ user, viewing }: Session): string => viewing?.by.id ?? user.id;

/** Signing out or in again, ending the view, and the theme of this browser: nothing of the user who is seen. */
const OWN_BUSINESS =
  /^(\/api\/auth\/(login|logout|view-as)|\/login|\/logout|\/theme|\/view-as\/end)$/;
/** Where a user is signed in is shown to nobody else. A file would be taken, and noted, in the name of the user seen. */
const NOT_SEEN = /^\/api\/auth\/(tokens|sessions)(\/|$)|\.csv$/;

/** Whoever looks as somebody else changes nothing. */
export const readOnlyView: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { path, method } = c.req;
  const session = c.get("session");
  const refused = SAFE.has(method)
    ? NOT_SEEN.test(path)
    : !OWN_BUSINESS.test(path) || path === "/api/auth/view-as" && method !== "DELETE";
  if (session?.viewing !== undefined && refused) {
    throw forbidden(
      `You look as ${session.user.displayName}, which changes nothing and takes nothing away: end that first`,
    );
  }
  await next();
};

/** Where a request names its organization. */
export type Named = "query" | "body" | "path";

/** Organizations of the session by id; refusals are audited through `auth`. */
export function makeGuard(auth: Sql) {
  const noteRefusal = refusalNotes(auth);

  /** The membership. Throws 403 alike for what is missing, not there, and not yours. */
  async function requireOrganization(
    c: Context<AppEnv>,
    organizationId: string,
    ...permissions: Permission[]
  ): Promise<Membership> {
    const session = sessionOf(c);
    const membership = session.organizations.find(({ id }) => id === organizationId.toLowerCase());
    const missing = membership === undefined
      ? permissions
      : permissions.filter((permission) => !membership.permissions.includes(permission));
    if (membership !== undefined && missing.length === 0) return membership;
    await noteRefusal(session, { organizationId, membership, missing, path: c.req.path });
    throw forbidden(
      membership === undefined
        ? "You have no access to this organization"
        : `You need the permission ${missing.join(" and ")} in ${membership.code}`,
    );
  }

  /** Checks the permissions in the organization that the request names and keeps it on the context. */
  const allow =
    (named: Named, ...permissions: Permission[]): MiddlewareHandler<AppEnv> => async (c, next) => {
      sessionOf(c);
      const organizationId = await NAMES[named](c);
      c.set("organization", await requireOrganization(c, organizationId, ...permissions));
      await next();
    };

  /** System administrators only. */
  const administrators: MiddlewareHandler<AppEnv> = async (c, next) => {
    const session = sessionOf(c);
    if (!session.user.isAdmin) {
      await noteRefusal(session, { path: c.req.path, missing: ["administrator"] });
      throw forbidden("Only a system administrator may do this");
    }
    await next();
  };
  return { requireOrganization, allow, administrators };
}
export type Guard = ReturnType<typeof makeGuard>;

const NAMES: { readonly [named in Named]: (c: Context<AppEnv>) => string | Promise<string> } = {
  query: (c) => named(c.req.query("organizationId")),
  path: (c) => named(c.req.param("organizationId")),
  body: async (c) => named((await readJson(c))["organizationId"]),
};

function named(organizationId: unknown): string {
  if (typeof organizationId === "string" && organizationId !== "") return organizationId;
  throw invalid([{ path: "organizationId", message: "Name the organization by its id" }]);
}

interface Refusal {
  readonly organizationId?: string;
  readonly membership?: Membership | undefined;
  readonly missing: ReadonlyArray<string>;
  readonly path: string;
}

/** A page that keeps asking what it may not see must not fill the trail: one entry a minute for each refusal. */
function refusalNotes(auth: Sql) {
  const noted = new Map<string, number>();
  return async (session: Session, refusal: Refusal): Promise<void> => {
    const key = [session.user.id, refusal.organizationId, ...refusal.missing].join(" ");
    const now = Date.now();
    if ((noted.get(key) ?? 0) > now - 60_000) return;
    if (noted.size > 10_000) noted.clear();
    noted.set(key, now);
    await record(auth, [{
      eventType: "PERMISSION_DENIED",
      organizationId: refusal.membership?.id,
      userId: actorOf(session),
      details: {
        ...(session.viewing && { member: session.user.id }),
        path: refusal.path.slice(0, 200),
        missing: refusal.missing,
        ...(refusal.membership ? {} : { organization: refusal.organizationId?.slice(0, 100) }),
      },
    }]);
  };
}
