/** Who asks: the cookie's session or the bearer's API token, resolved anew with each request. */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createHash, randomBytes } from "node:crypto";
import { isPermission, type Permission, PERMISSIONS } from "../domain/permissions.ts";
import {
  type Bearer,
  openSession,
  revokeSession,
  sessionBearer,
  tokenBearer,
} from "../db/sessions.ts";
import type { Sql } from "../db/sql.ts";
import { endView } from "../db/views_as.ts";
import { addressOf, originOf } from "./caller.ts";
import type { AppEnv, Credential, Session } from "./env.ts";
import { seen } from "./viewing.ts";

const COOKIE = "vanguard_session";

/** 32 random bytes as text, and what is stored of them. */
export function newSecret(): { readonly secret: string; readonly hash: Uint8Array } {
  const secret = randomBytes(32).toString("base64url");
  return { secret, hash: hashOf(secret) };
}

export const hashOf = (secret: string): Uint8Array =>
  new Uint8Array(createHash("sha256").update(secret).digest());

/** Puts the session and what proved it on the context; both stay undefined for anybody else. */
export const resolveSession = (auth: Sql): MiddlewareHandler<AppEnv> => async (c, next) => {
  const found = await findBearer(auth, c);
  if (found !== undefined) {
    const { kind, bearer } = found;
    c.set("credential", credentialOf(kind, bearer));
    c.set("session", await presentSession(auth, bearer));
  }
  await next();
};

/** The session; a view whose time or reason is gone ends here, and is told of in the trail. */
async function presentSession(auth: Sql, bearer: Bearer): Promise<Session> {
  const session = sessionOf(bearer);
  if (bearer.viewing !== null && session.viewing === undefined) {
    await endView(auth, bearer.id, "its time or its permission was over");
  }
  return session;
}

async function findBearer(auth: Sql, c: Context<AppEnv>) {
  const header = c.req.header("authorization");
  const token = header === undefined ? undefined : /^Bearer +(\S+)$/i.exec(header)?.[1];
  // A bad token is not covered up by a good cookie.
  if (header !== undefined) {
    const bearer = token && await tokenBearer(auth, hashOf(token));
    return bearer ? { kind: "token" as const, bearer } : undefined;
  }
  const cookie = getCookie(c, COOKIE);
  const bearer = cookie && await sessionBearer(auth, hashOf(cookie));
  return bearer ? { kind: "cookie" as const, bearer } : undefined;
}

const credentialOf = (kind: Credential["kind"], bearer: Bearer): Credential => ({
  kind,
  id: bearer.id,
  permissions: narrowed(bearer),
  expiresAt: bearer.expiresAt,
});

const narrowed = ({ permissions }: Pick<Bearer, "permissions">): Credential["permissions"] =>
  permissions === null ? null : permissions.filter(isPermission);

/**
 * Whom the bearer acts as: itself, or whom it looks as. A token that is narrowed is no administrator's: it can do what
 * it names and nothing else.
 */
export function sessionOf(bearer: Bearer): Session {
  const limits = narrowed(bearer);
  const own: Session = {
    user: {
      id: bearer.userId,
      username: bearer.username,
      displayName: bearer.displayName,
      email: bearer.email,
      isAdmin: bearer.isAdmin && limits === null,
    },
    organizations: permitted(bearer),
  };
  return seen(own, bearer.viewing) ?? own;
}

/** The bearer's organizations with what it may do in each: all of it for a system administrator. */
function permitted(
  bearer: Pick<Bearer, "isAdmin" | "permissions" | "organizations">,
): Session["organizations"] {
  const limits = narrowed(bearer);
  return bearer.organizations.map(({ id, code, name, permissions }) => {
    const held: ReadonlyArray<Permission> = bearer.isAdmin
      ? PERMISSIONS
      : (permissions ?? []).filter(isPermission);
    const may = limits === null ? held : held.filter((permission) => limits.includes(permission));
    return { id, code, name, permissions: may };
  });
}

export interface SessionOptions {
  readonly ttlHours: number;
  readonly trustProxy: boolean;
}

/** Starts a session for the user and sets its cookie; the one the browser had before ends. */
export async function startSession(
  c: Context<AppEnv>,
  auth: Sql,
  start: SessionOptions & { readonly userId: string },
): Promise<void> {
  await revokeCookie(c, auth);
  const { secret, hash } = newSecret();
  await openSession(auth, {
    tokenHash: hash,
    userId: start.userId,
    ttlHours: start.ttlHours,
    address: addressOf(c, start.trustProxy),
    userAgent: c.req.header("user-agent")?.slice(0, 400) ?? null,
  });
  setCookie(c, COOKIE, secret, {
    ...cookieOptions(c, start.trustProxy),
    maxAge: start.ttlHours * 3600,
  });
  const bearer = await sessionBearer(auth, hash);
  if (bearer !== undefined) {
    c.set("credential", credentialOf("cookie", bearer));
    c.set("session", sessionOf(bearer));
  }
}

/** Revokes the cookie's session and clears the cookie. */
export async function endSession(
  c: Context<AppEnv>,
  auth: Sql,
  { trustProxy }: SessionOptions,
): Promise<void> {
  if (await revokeCookie(c, auth)) deleteCookie(c, COOKIE, cookieOptions(c, trustProxy));
}

async function revokeCookie(c: Context<AppEnv>, auth: Sql): Promise<boolean> {
  const cookie = getCookie(c, COOKIE);
  if (c.get("session")?.viewing) await endView(auth, c.get("credential")!.id, "signed out");
  if (cookie !== undefined) await revokeSession(auth, hashOf(cookie));
  return cookie !== undefined;
}

export const cookieOptions = (c: Context<AppEnv>, trustProxy: boolean) => ({
  path: "/",
  httpOnly: true,
  sameSite: "Lax" as const,
  secure: originOf(c, trustProxy).startsWith("https:"),
});
