/** A session that looks as somebody else: what its user sees then, and never more than they may see themselves. */
import type { Viewing } from "../db/sessions.ts";
import type { Session } from "./env.ts";

/**
 * The session as the member seen has it, in the one organization: what both of them may do there.
 * Undefined: it looks as nobody, or no longer may.
 */
export function seen(
  { user: by, organizations }: Session,
  viewing: Viewing | null,
): Session | undefined {
  if (viewing === null || viewing.permissions === null) return undefined;
  const { user, organizationId, until, permissions } = viewing;
  const own = organizations.find(({ id }) => id === organizationId);
  if (!own?.permissions.includes("Impersonate")) return undefined;
  return {
    user: { ...user, isAdmin: false },
    organizations: [{
      ...own,
      permissions: own.permissions.filter((permission) => permissions.includes(permission)),
    }],
    viewing: {
      by: { id: by.id, username: by.username, displayName: by.displayName },
      organizationId,
      until: new Date(until).toISOString(),
    },
  };
}
