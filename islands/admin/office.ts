/** Who administers, and what of the organization on show. */
import type { Organization as OrganizationShape, Users } from "../../app/admin_shapes.ts";
import type { Permission } from "../../domain/permissions.ts";

export type Organization = typeof OrganizationShape.Type;
export type UserPage = typeof Users.Type;
export type User = UserPage["users"][number];

/** The organization on show, with what its administrator holds there. */
export interface Branch {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly permissions: ReadonlyArray<Permission>;
}

export interface Office {
  readonly userId: string;
  /** A system administrator. */
  readonly isAdmin: boolean;
  /** Of all organizations the user belongs to. */
  readonly branches: ReadonlyArray<Branch>;
}
