/** The tenant of a request that its guard has let through. */
import type { Context } from "hono";
import type { Tenant } from "../db/sql.ts";
import type { AppEnv } from "./env.ts";
import { sessionOf } from "./guard.ts";

export const tenantOf = (c: Context<AppEnv>): Tenant => ({
  organizationId: c.get("organization").id,
  userId: sessionOf(c).user.id,
});
