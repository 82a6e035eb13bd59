/** What there is to try out: two organizations, and people of each kind with a password that everybody may know. */
import { hashPassword } from "../../app/password.ts";
import { seedDemo } from "../../db/demo.ts";
import type { Database } from "../../db/sql.ts";
import type { Permission } from "../../domain/permissions.ts";
import { PERMISSIONS } from "../../domain/permissions.ts";

export const DEMO_PASSWORD = "vanguard-demo";

const ORGANIZATIONS = [
  { code: "RIO", name: "Rio Refinery Turnaround" },
  { code: "PORTARTHUR", name: "Port Arthur LNG Expansion" },
];

const PLANNER: ReadonlyArray<Permission> = [
  "Read",
  "EditForecast",
  "EditActuals",
  "Delete",
  "Import",
  "RefreshData",
  "Export",
  "ViewFinancials",
  "SaveDraft",
  "Sync",
];

const USERS = [
  {
    username: "ana",
    displayName: "Ana Souza",
    email: "ana.souza@rio.example",
    isAdmin: false,
    memberships: { RIO: PLANNER, PORTARTHUR: PLANNER },
    about: "planner of both organizations",
  },
  {
    username: "ben",
    displayName: "Ben Carter",
    email: "ben.carter@palng.example",
    isAdmin: false,
    memberships: {
      PORTARTHUR: PLANNER.filter((permission) => permission !== "ViewFinancials"),
    },
    about: "planner of PORTARTHUR who may not see money",
  },
  {
    username: "olga",
    displayName: "Olga Lindqvist",
    email: "olga.lindqvist@rio.example",
    isAdmin: false,
    memberships: { RIO: PERMISSIONS },
    about: "manages RIO",
  },
  {
    username: "vic",
    displayName: "Vic Ortega",
    email: "vic.ortega@rio.example",
    isAdmin: false,
    memberships: { RIO: ["Read"] as ReadonlyArray<Permission> },
    about: "may only look at RIO, without money",
  },
];

/**
 * Makes what is missing of it; people made before keep what was changed since.
 * @returns a line for each person: how to sign in, and who it is
 */
export async function seed(
  db: Database,
  connectionId: string,
): Promise<ReadonlyArray<string>> {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  await seedDemo(db.auth, {
    connectionId,
    organizations: ORGANIZATIONS,
    users: USERS.map((user) => ({ ...user, passwordHash })),
  });
  return USERS.map(({ username, about }) => `${username.padEnd(6)} ${DEMO_PASSWORD}   ${about}`);
}
