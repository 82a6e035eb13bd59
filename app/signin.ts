/** Signing in and out: throttled, equally slow for everybody, and silent about what was wrong. */
import type { Context } from "hono";
import { record } from "../db/audit.ts";
import type { Sql } from "../db/sql.ts";
import { countTry, forgive } from "../db/throttle.ts";
import { findForSignIn } from "../db/users.ts";
import { addressOf } from "./caller.ts";
import type { AppEnv } from "./env.ts";
import { requireOwnOrigin } from "./guard.ts";
import { isPassword } from "./password.ts";
import { Problem } from "./problem.ts";
import { endSession, type SessionOptions, startSession } from "./session.ts";

/** In 15 minutes: a person's typing errors, and an office behind one address. */
const MOST_BY_ACCOUNT = 10;
const MOST_BY_ADDRESS = 100;

export const WRONG = "The username or password is wrong";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface SignIn {
  /** Sets the session cookie; throws 401 or 429. */
  readonly signIn: (c: Context<AppEnv>, credentials: Credentials) => Promise<void>;
  /** For the login page: the error's text, or undefined with the cookie set. */
  readonly trySignIn: (c: Context<AppEnv>, credentials: Credentials) => Promise<string | undefined>;
  readonly signOut: (c: Context<AppEnv>) => Promise<void>;
}

export function makeSignIn(auth: Sql, options: SessionOptions): SignIn {
  async function signIn(c: Context<AppEnv>, { username, password }: Credentials) {
    requireOwnOrigin(c, options.trustProxy);
    const name = username.trim().slice(0, 320).replaceAll("\0", "");
    const address = addressOf(c, options.trustProxy);
    // One account under both of its names: or each would have tries of its own.
    const user = await findForSignIn(auth, name);
    const account = (user?.username ?? name).toLowerCase();
    const [byAccount, byAddress] = [`account:${account}`, `address:${address}`];
    const wait = await countTry(auth, [
      { subject: byAccount, most: MOST_BY_ACCOUNT },
      { subject: byAddress, most: MOST_BY_ADDRESS },
    ]);
    if (wait > 0) {
      throw new Problem("too_many", "Too many failed sign-ins: wait before trying again", [], {
        "retry-after": String(wait),
      });
    }
    const right = await isPassword(password, user?.passwordHash ?? null);
    if (user === undefined || !right) {
      await record(auth, [{
        eventType: "LOGIN_FAILED",
        userId: user?.id,
        details: { username: name, address },
      }]);
      throw new Problem("unauthenticated", WRONG);
    }
    await forgive(auth, byAccount, byAddress);
    await startSession(c, auth, { ...options, userId: user.id });
    await record(auth, [{ eventType: "LOGIN", userId: user.id, details: { address } }]);
  }

  return {
    signIn,
    trySignIn: async (c, credentials) => {
      try {
        await signIn(c, credentials);
        return undefined;
      } catch (problem) {
        if (problem instanceof Problem) return problem.message;
        throw problem;
      }
    },
    signOut: async (c) => {
      requireOwnOrigin(c, options.trustProxy);
      await endSession(c, auth, options);
    },
  };
}
