/** What every route of the product needs: the one table that the tests of permissions, masks and documents go by. */
import type { Permission } from "../domain/permissions.ts";

export const NOBODY = "0198c0de-0000-7000-8000-000000000000";

/** How a call names its organization; `page`: by `?org=` and its code; `job`, `conflict`: by an id of its own. */
export type Named = "query" | "body" | "path" | "page" | "job" | "conflict";

export interface Route {
  /** ORG, PFA-1, USER, JOB and CONFLICT stand for ids that the test has made, NOBODY's id for one that is not there. */
  readonly call: string;
  /**
   * All that it needs in the organization. `any of`: one of them in some organization. `admin`: a system administrator.
   * `anyone`: nobody needs to be signed in. Undefined: only to be signed in.
   */
  readonly needs: Permission | ReadonlyArray<Permission> | AnyOf | "admin" | "anyone" | undefined;
  readonly in?: Named;
  /** A body that is good, but for the organization. */
  readonly body?: object;
  /** How its user signs in: no business of a token that was narrowed. */
  readonly personal?: true;
  /** The document does not tell of it: a page, or the document itself. */
  readonly undocumented?: true;
}

export interface AnyOf {
  readonly anyOf: ReadonlyArray<Permission>;
}

export const ROUTES: ReadonlyArray<Route> = [
  { call: "GET /api/auth/me", needs: undefined },
  { call: "GET /api/auth/tokens", needs: undefined },
  { call: "POST /api/auth/tokens", needs: undefined, body: { name: "mine" } },
  { call: `DELETE /api/auth/tokens/${NOBODY}`, needs: undefined, personal: true },
  { call: "GET /api/auth/sessions", needs: undefined },
  { call: `DELETE /api/auth/sessions/${NOBODY}`, needs: undefined, personal: true },
  { call: "POST /api/auth/sessions/end-others", needs: undefined, personal: true },
  {
    call: "PUT /api/auth/password",
    needs: undefined,
    personal: true,
    body: { current: "not the password", password: "0123456789" },
  },
  {
    call: "POST /api/auth/view-as",
    needs: "Impersonate",
    in: "body",
    personal: true,
    body: { userId: NOBODY },
  },
  { call: "DELETE /api/auth/view-as", needs: undefined },
  { call: "GET /api/pfa-data", needs: "Read", in: "query" },
  { call: "GET /api/pfa-data/export.csv", needs: "Export", in: "query" },
  { call: "POST /api/pfa-data/import", needs: "Import", in: "query" },
  { call: "GET /api/pfa-data/drafts", needs: "Read", in: "query" },
  { call: "GET /api/pfa-data/cost-months", needs: "Read", in: "query" },
  { call: "GET /api/pfa-data/PFA-1", needs: "Read", in: "query" },
  { call: "GET /api/pfa-data/PFA-1/history", needs: "Read", in: "query" },
  {
    call: "POST /api/pfa-data/bulk",
    needs: ["SaveDraft", "Read"],
    in: "body",
    body: { records: { pfaIds: [] }, operation: { kind: "shift", pair: "forecast", days: 1 } },
  },
  {
    call: "POST /api/pfa-data/save-draft",
    needs: "SaveDraft",
    in: "body",
    body: { pfaId: "PFA-1", changes: {} },
  },
  {
    call: "POST /api/pfa-data/discard-drafts",
    needs: "SaveDraft",
    in: "body",
    body: { modificationIds: [] },
  },
  {
    call: "POST /api/pfa-data/PFA-1/rollback",
    needs: "ManageSettings",
    in: "body",
    body: { targetVersion: 1, reason: "a mistake" },
  },
  { call: "POST /api/pfa-data/commit-drafts", needs: "Sync", in: "body" },
  { call: "POST /api/pems/write-sync", needs: "Sync", in: "body" },
  { call: "POST /api/pems/read-sync", needs: "RefreshData", in: "body" },
  { call: "GET /api/pems/sync-status", needs: "Read", in: "query" },
  { call: "GET /api/pems/metrics", needs: "Read", in: "query" },
  { call: "GET /api/pems/sync-jobs", needs: "Read", in: "query" },
  { call: "GET /api/pems/sync-jobs.csv", needs: "Export", in: "query" },
  { call: "GET /api/pems/conflicts", needs: "Read", in: "query" },
  {
    call: "POST /api/pems/conflicts/resolve",
    needs: "Sync",
    in: "body",
    body: { conflictIds: [], resolution: "use_local" },
  },
  { call: "GET /api/pems/dead-letters", needs: "ManageSettings", in: "query" },
  {
    call: "POST /api/pems/dead-letters/retry",
    needs: "ManageSettings",
    in: "body",
    body: { ids: [] },
  },
  {
    call: "POST /api/pems/dead-letters/discard",
    needs: "ManageSettings",
    in: "body",
    body: { ids: [], reason: "no longer needed" },
  },
  { call: "GET /api/pems/dead-letters/groups", needs: "ManageSettings", in: "query" },
  {
    call: "POST /api/pems/dead-letters/plans",
    needs: "ManageSettings",
    in: "body",
    body: { action: "retry", group: "none", preview: true },
  },
  {
    call: `POST /api/pems/dead-letters/${NOBODY}/edit`,
    needs: ["ManageSettings", "Sync"],
    in: "body",
    body: { changes: {} },
  },
  { call: "POST /api/pems/pause", needs: "ManageSettings", in: "body" },
  { call: "POST /api/pems/resume", needs: "ManageSettings", in: "body" },
  { call: "GET /api/audit", needs: "ManageSettings", in: "query" },
  { call: "GET /api/audit.csv", needs: "ManageSettings", in: "query" },
  { call: "GET /api/audit/people", needs: "ManageSettings", in: "query" },
  { call: "GET /api/audit/verify", needs: "ManageSettings", in: "query" },
  { call: "POST /api/audit/verify", needs: "ManageSettings", in: "body" },
  { call: "GET /api/notifications", needs: undefined },
  { call: "POST /api/notifications/read", needs: undefined, body: { ids: [] } },
  { call: "GET /api/ws/sync/ORG", needs: "Read", in: "path" },
  {
    call: "GET /api/admin/organizations",
    needs: { anyOf: ["ManageUsers", "ManageSettings"] },
  },
  { call: "POST /api/admin/organizations", needs: "admin", body: { code: "NEW", name: "New" } },
  { call: "PATCH /api/admin/organizations/ORG", needs: "ManageSettings", in: "path", body: {} },
  { call: "GET /api/admin/organizations/ORG", needs: "ManageSettings", in: "path" },
  {
    call: "POST /api/admin/organizations/ORG/conflict-policy/dry-run",
    needs: "ManageSettings",
    in: "path",
    body: { fields: {} },
  },
  {
    call: "POST /api/admin/organizations/ORG/test-connection",
    needs: "ManageSettings",
    in: "path",
  },
  {
    call: "PUT /api/admin/organizations/ORG/conflict-policy",
    needs: "ManageSettings",
    in: "path",
    body: { fields: {} },
  },
  {
    call: `PUT /api/admin/organizations/ORG/members/${NOBODY}`,
    needs: "ManageUsers",
    in: "path",
    body: { permissions: [] },
  },
  {
    call: `DELETE /api/admin/organizations/ORG/members/${NOBODY}`,
    needs: "ManageUsers",
    in: "path",
  },
  { call: "GET /api/admin/system", needs: "ManageSettings", in: "query" },
  { call: "POST /api/admin/system/doctor", needs: "ManageSettings", in: "body" },
  { call: "GET /api/admin/users", needs: { anyOf: ["ManageUsers"] } },
  {
    call: "POST /api/admin/users",
    needs: { anyOf: ["ManageUsers"] },
    body: { username: "new", displayName: "New", password: "0123456789" },
  },
  { call: "PATCH /api/admin/users/USER", needs: { anyOf: ["ManageUsers"] }, body: {} },
  { call: "GET /api/admin/users/USER/sessions", needs: { anyOf: ["ManageUsers"] } },
  { call: "POST /api/admin/users/USER/sessions/end", needs: { anyOf: ["ManageUsers"] } },
  {
    call: `DELETE /api/admin/users/USER/sessions/${NOBODY}`,
    needs: { anyOf: ["ManageUsers"] },
  },
  { call: "GET /api/pems/sync-jobs/JOB", needs: "Read", in: "job" },
  { call: "GET /api/pems/sync-jobs/JOB/items.csv", needs: ["Read", "Export"], in: "job" },
  {
    call: "POST /api/pems/sync-jobs/JOB/rollback",
    needs: "ManageSettings",
    in: "job",
    body: { reason: "a mistake" },
  },
  { call: "POST /api/pems/sync-jobs/JOB/abort", needs: "ManageSettings", in: "job" },
  { call: "GET /api/pems/conflicts/CONFLICT", needs: "Read", in: "conflict" },
  {
    call: "POST /api/pems/conflicts/CONFLICT/resolve",
    needs: "Sync",
    in: "conflict",
    body: { resolution: "use_pems" },
  },
  { call: "GET /healthz", needs: "anyone" },
  { call: "GET /readyz", needs: "anyone" },
  { call: "GET /metrics", needs: "anyone" },
  {
    call: "POST /api/auth/login",
    needs: "anyone",
    body: { username: "ana", password: "correct horse battery" },
  },
  { call: "POST /api/auth/logout", needs: "anyone" },
  { call: "GET /api/auth/oidc", needs: "anyone" },
  { call: "GET /api/auth/oidc/callback", needs: "anyone" },
  ...([
    { call: "GET /api/openapi.json", needs: "anyone" },
    { call: "GET /api/docs", needs: "anyone" },
    { call: "GET /assets/client.js", needs: "anyone" },
    { call: "GET /login", needs: "anyone" },
    { call: "POST /login", needs: "anyone" },
    { call: "POST /logout", needs: "anyone" },
    { call: "POST /theme", needs: "anyone" },
    { call: "POST /view-as/end", needs: "anyone" },
    { call: "GET /", needs: "Read", in: "page" },
    { call: "GET /account", needs: undefined },
    { call: "GET /admin", needs: { anyOf: ["ManageSettings", "ManageUsers"] }, in: "page" },
    { call: "GET /audit", needs: "ManageSettings", in: "page" },
    { call: "GET /system", needs: "ManageSettings", in: "page" },
    { call: "GET /grid", needs: "Read", in: "page" },
    { call: "GET /timeline", needs: "Read", in: "page" },
    { call: "GET /conflicts", needs: "Read", in: "page" },
    { call: "GET /history", needs: "Read", in: "page" },
    { call: "GET /metrics-dashboard", needs: "Read", in: "page" },
    { call: "GET /dead-letters", needs: "ManageSettings", in: "page" },
  ] as const).map((route): Route => ({ ...route, undocumented: true })),
];

/** The route as the router names it, such as `GET /api/pfa-data/:pfaId`. */
export const patternOf = ({ call }: Route): string =>
  call.replace("PFA-1", ":pfaId").replace("ORG", ":organizationId")
    .replace(/members\/[0-9a-f-]{36}$/, "members/:userId")
    .replace(/(USER\/sessions\/)[0-9a-f-]{36}$/, "$1:sessionId")
    .replace(/JOB\/abort$/, "JOB/:turn{pause|resume|abort}")
    .replace(/[0-9a-f-]{36}(?=$|\/edit$)|USER|JOB|CONFLICT/, ":id")
    .replace(/\/assets\/.*/, "/assets/*");

/** A document for a browser: who is not signed in is led to the login. */
export const isPage = ({ call, in: named }: Pick<Route, "call" | "in">): boolean =>
  named === "page" || call === "GET /account" || call === "GET /login";

/** The permissions that together open it; the first of several that would do. */
export function neededBy({ needs }: Route): ReadonlyArray<Permission> {
  if (needs === undefined || needs === "admin" || needs === "anyone") return [];
  if (typeof needs === "string") return [needs];
  return "anyOf" in needs ? needs.anyOf.slice(0, 1) : needs;
}

/** An organization with one of everything that a call may name. */
export interface Place {
  readonly organizationId: string;
  readonly code: string;
  readonly userId: string;
  readonly jobId: string;
  readonly conflictId: string;
}

/** The route's path and query about that place. */
export function pathIn({ call, in: named }: Route, place: Place): string {
  const { organizationId, code, userId, jobId, conflictId } = place;
  const path = call.slice(call.indexOf(" ") + 1).replace("ORG", organizationId)
    .replace("USER", userId).replace("JOB", jobId).replace("CONFLICT", conflictId);
  if (named === "page") return `${path}?org=${code}`;
  return named === "query" ? `${path}?organizationId=${organizationId}` : path;
}
