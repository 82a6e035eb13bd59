/** Permissions in words, and the roles that people usually have: sets of permissions to start from, kept nowhere. */
import { type Permission, PERMISSIONS } from "./permissions.ts";

export interface Role {
  readonly name: string;
  readonly about: string;
  readonly permissions: ReadonlyArray<Permission>;
}

const LOOKING: ReadonlyArray<Permission> = ["Read", "Export"];
const PLANNING: ReadonlyArray<Permission> = [
  ...LOOKING,
  "EditForecast",
  "EditActuals",
  "Delete",
  "Import",
  "RefreshData",
  "SaveDraft",
  "Sync",
];

export const ROLES: ReadonlyArray<Role> = [
  {
    name: "Planner",
    about: "Edits, commits and decides conflicts, with amounts of money",
    permissions: [...PLANNING, "ViewFinancials"],
  },
  {
    name: "Planner without money",
    about: "The same, but sees and edits no amounts",
    permissions: PLANNING,
  },
  {
    name: "Viewer",
    about: "Looks and exports, with amounts of money",
    permissions: [...LOOKING, "ViewFinancials"],
  },
  {
    name: "Viewer without money",
    about: "Looks and exports, without amounts",
    permissions: LOOKING,
  },
  {
    name: "QA",
    about: "Plans for load tests, and has PEMS read again",
    permissions: [...PLANNING, "ViewFinancials", "ConfigureAlerts"],
  },
  {
    name: "Administrator",
    about: "Everything in this organization, its people and settings too",
    permissions: PERMISSIONS,
  },
];

export interface PermissionGroup {
  readonly name: string;
  readonly permissions: ReadonlyArray<{ readonly name: Permission; readonly about: string }>;
}

/** Each permission once, under what it is for. */
export const PERMISSION_GROUPS: ReadonlyArray<PermissionGroup> = [
  {
    name: "Looking",
    permissions: [
      { name: "Read", about: "See records, jobs, conflicts and metrics" },
      {
        name: "ViewFinancials",
        about: "See amounts of money, and edit them where editing is allowed",
      },
      { name: "Export", about: "Take records and jobs away as CSV files" },
    ],
  },
  {
    name: "Planning",
    permissions: [
      { name: "SaveDraft", about: "Keep drafts of changes; without it nothing can be edited" },
      { name: "EditForecast", about: "Change forecasts and descriptions" },
      { name: "EditActuals", about: "Change actual dates" },
      { name: "Delete", about: "Discontinue records" },
      { name: "Import", about: "Make drafts from a CSV file" },
    ],
  },
  {
    name: "Sync with PEMS",
    permissions: [
      { name: "Sync", about: "Commit drafts to PEMS and decide conflicts" },
      { name: "RefreshData", about: "Have PEMS read now" },
    ],
  },
  {
    name: "Administration",
    permissions: [
      { name: "ManageUsers", about: "Give people permissions here, up to one's own" },
      {
        name: "ManageSettings",
        about: "Connection, conflict policy, dead letters, rollbacks and the audit trail",
      },
      { name: "ConfigureAlerts", about: "Set up alerts" },
      { name: "Impersonate", about: "Look as somebody else, changing nothing" },
    ],
  },
];
