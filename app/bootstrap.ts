/** The first start: somebody must be able to sign in. */
import { randomBytes } from "node:crypto";
import type { Database } from "../db/sql.ts";
import { ensureAdministrator } from "../db/users.ts";
import type { Config } from "../domain/config.ts";
import { hashPassword } from "./password.ts";

/**
 * Makes the first administrator when there is none, however many processes start together.
 * @returns the one-time password it made up; undefined when none was made, or ADMIN_PASSWORD was given
 */
export async function bootstrap(db: Database, { admin }: Config): Promise<string | undefined> {
  const password = admin.password ?? randomBytes(15).toString("base64url");
  const made = await ensureAdministrator(db.auth, async () => ({
    username: admin.username,
    displayName: "Administrator",
    email: null,
    passwordHash: await hashPassword(password),
    isAdmin: true,
  }));
  return made && admin.password === undefined ? password : undefined;
}
