/** Routes of single sign-on: to the OpenID provider and back, ending in a session like that of a password. */
import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { record } from "../db/audit.ts";
import { applyGroups, findPerson, type Person } from "../db/identities.ts";
import type { Sql } from "../db/sql.ts";
import { countTry, forgive } from "../db/throttle.ts";
import { givenBy, type SingleSignOn } from "../domain/single_sign_on.ts";
import type { Vault } from "../pems/credentials.ts";
import { addressOf } from "./caller.ts";
import type { AppEnv } from "./env.ts";
import { log } from "./log.ts";
import { sitePath } from "./pages/path.ts";
import { unknown } from "./problem.ts";
import { type Claims, makeProvider, type Trip, Unproved } from "./provider.ts";
import { cookieOptions, type SessionOptions, startSession } from "./session.ts";
import { parameters, told } from "./shape.ts";
import type { SsoRefusal } from "./sso_words.ts";

const COOKIE = "vanguard_oidc";
/** What the trip is sealed for: no other envelope of ours is one. */
const OWNER = "single sign-on";
const TRIP_MINUTES = 10;
/** In 15 minutes, from one address. */
const MOST_TRIES = 100;

interface Kept extends Trip {
  /** Where the person was going. */
  readonly next: string;
  /** In ms since 1970. */
  readonly until: number;
}

/** Who signs in ends up nowhere: told on the login page and in the trail. */
class NotIn extends Error {
  constructor(
    readonly refusal: SsoRefusal,
    readonly reason: string,
    readonly userId?: string,
  ) {
    super(reason);
  }
}

interface Options extends SessionOptions {
  readonly singleSignOn: SingleSignOn | undefined;
  readonly vault: Vault;
}

export function singleSignOn(auth: Sql, options: Options): Hono<AppEnv> {
  const { singleSignOn: described, vault, trustProxy } = options;
  const provider = described && makeProvider(described, vault);
  const path = "/api/auth/oidc";
  const cookie = (c: Context<AppEnv>) => ({ ...cookieOptions(c, trustProxy), path });

  async function keptBy(c: Context<AppEnv>): Promise<Kept> {
    const sealed = getCookie(c, COOKIE);
    // Once: whatever comes of it, the way back is closed.
    deleteCookie(c, COOKIE, cookie(c));
    const text = sealed && await vault.open(OWNER, sealed).catch(() => undefined);
    const kept = text ? JSON.parse(text) as Kept : undefined;
    if (kept !== undefined && kept.until > Date.now() && kept.state === c.req.query("state")) {
      return kept;
    }
    throw new NotIn("stale", "no sign-in of this browser was under way");
  }

  async function userOf(claims: Claims, { issuer, groupsClaim, gifts }: SingleSignOn) {
    const groups = claims[groupsClaim];
    const named = Array.isArray(groups) ? groups.filter((one) => typeof one === "string") : [];
    return await auth.begin(async (tx) => {
      const found = await findPerson(tx, personOf(claims, issuer));
      if (found._tag === "Known") await applyGroups(tx, found.userId, givenBy(gifts, named));
      return found;
    }) as Awaited<ReturnType<typeof findPerson>>;
  }

  async function comeBack(c: Context<AppEnv>, described: SingleSignOn): Promise<string> {
    const subject = `oidc:${addressOf(c, trustProxy)}`;
    if (await countTry(auth, [{ subject, most: MOST_TRIES }]) > 0) {
      throw new NotIn("too_many", "too many failed sign-ins");
    }
    const kept = await keptBy(c);
    const claims = await provider!.comeBack(new URL(c.req.url).searchParams, kept);
    const found = await userOf(claims, described);
    if (found._tag === "Taken") throw new NotIn("taken", "the account of that e-mail is kept");
    if (found._tag === "Disabled") {
      throw new NotIn("disabled", "the account is deactivated", found.userId);
    }
    await forgive(auth, subject, subject);
    await startSession(c, auth, { ...options, userId: found.userId });
    const details = { address: addressOf(c, trustProxy), provider: described.name };
    await record(auth, [{ eventType: "LOGIN", userId: found.userId, details }]);
    return kept.next;
  }

  /** The login page that tells it. */
  async function refused(c: Context<AppEnv>, cause: unknown): Promise<string> {
    if (!(cause instanceof NotIn) && !(cause instanceof Unproved)) throw cause;
    const [refusal, reason, userId] = cause instanceof NotIn
      ? [cause.refusal, cause.reason, cause.userId]
      : [cause.doubt, `${cause.doubt}, ${cause.protocolCode}`, undefined];
    log("warn", "single sign-on refused", { requestId: c.get("requestId"), reason });
    if (refusal !== "too_many") {
      const address = addressOf(c, trustProxy);
      const details = { provider: described!.name, reason, address };
      await record(auth, [{ eventType: "LOGIN_FAILED", userId, details }]);
    }
    return `/login?problem=${refusal}`;
  }

  const leads = { 303: "Leads on; to the login page with `problem` when nobody is let in" };
  return new Hono<AppEnv>()
    .get(
      "/oidc",
      told("Sign-in", "Sign in through the OpenID provider: leads there", leads, ["unknown"]),
      parameters({ next: "Where to go afterwards: a path of this site" }),
      async (c) => {
        if (provider === undefined) throw notConfigured();
        try {
          const { url, trip } = await provider.leave();
          const next = sitePath(c.req.query("next")?.slice(0, 1000));
          const kept: Kept = { ...trip, next, until: Date.now() + TRIP_MINUTES * 60_000 };
          const sealed = await vault.seal(OWNER, JSON.stringify(kept));
          setCookie(c, COOKIE, sealed, { ...cookie(c), maxAge: TRIP_MINUTES * 60 });
          return c.redirect(url, 303);
        } catch (cause) {
          return c.redirect(await refused(c, cause), 303);
        }
      },
    )
    .get(
      "/oidc/callback",
      told("Sign-in", "Back from the OpenID provider: sets the session cookie", leads, ["unknown"]),
      parameters({ code: "Of the provider", state: "Of the trip", error: "Of the provider" }),
      async (c) => {
        if (described === undefined) throw notConfigured();
        const to = await comeBack(c, described).catch((cause) => refused(c, cause));
        return c.redirect(to, 303);
      },
    );
}

const notConfigured = () => unknown("People sign in with passwords here: OIDC_ISSUER is not set");

function personOf(claims: Claims, issuer: string): Person {
  const text = (name: string) => {
    const value = claims[name];
    return typeof value === "string" && value.trim() !== ""
      ? value.trim().slice(0, 200)
      : undefined;
  };
  const email = claims["email_verified"] === true ? text("email") ?? null : null;
  const wished = text("preferred_username");
  // A name that looks like an e-mail is taken only from who has proved that it is theirs.
  const username = wished?.includes("@") ? undefined : wished;
  const usernames = [username, email, claims.sub.slice(0, 200)].filter((name) => name != null);
  return {
    issuer,
    subject: claims.sub,
    usernames,
    displayName: text("name") ?? usernames[0]!,
    email,
  };
}
