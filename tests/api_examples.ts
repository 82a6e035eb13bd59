/** The examples of docs/api.md, in the order of a working day: each is run against the app, and its answer is shown. */

export interface Example {
  /** The group of routes it stands in. */
  readonly tag: string;
  readonly says: string;
  /** Names in braces are those that earlier answers gave, or that the day begins with: `organization`. */
  readonly call: string;
  /** JSON, or a CSV file as text. */
  readonly body?: object | string;
  readonly status: number;
  /** What later examples call by a name, and where it stands in this answer. */
  readonly names?: { readonly [name: string]: string };
}

const organizationId = "{organization}";

/** Records PFA-1001 to PFA-1003 of RIO: 1002 is in conflict, the change of 1003 has failed for good. */
export const EXAMPLES: ReadonlyArray<Example> = [
  {
    tag: "Operations",
    says:
      "Whether the process runs; a load balancer asks this, and `/readyz` before it sends work.",
    call: "GET /healthz",
    status: 200,
  },
  {
    tag: "Sign-in",
    says:
      "Sign in. The answer sets the cookie `vanguard_session`, and tells what one may do where.",
    call: "POST /api/auth/login",
    body: { username: "ana", password: "correct horse battery" },
    status: 200,
  },
  {
    tag: "Sign-in",
    says:
      "Programs use a token instead. It is shown this once; without `permissions` it may all that its owner may. " +
      "The examples below send it: `authorization: Bearer <token>`.",
    call: "POST /api/auth/tokens",
    body: { name: "Planning script", expiresAt: "2099-03-31T23:59:59Z" },
    status: 201,
    names: { token: "token" },
  },
  {
    tag: "Records",
    says: "One page of the records that match. `nextCursor` is the `cursor` of the next page.",
    call: "GET /api/pfa-data?organizationId={organization}&category=Cranes&search=1001&limit=1",
    status: 200,
  },
  {
    tag: "Drafts",
    says:
      "A change of one record as a draft that only its author sees. Dates travel as civil days, money as numbers.",
    call: "POST /api/pfa-data/save-draft",
    body: {
      organizationId,
      pfaId: "PFA-1001",
      changes: { forecastEnd: "2026-12-15", monthlyRate: 5750.5 },
      changeReason: "Late delivery",
    },
    status: 200,
    names: { modification: "drafts.0.modificationId" },
  },
  {
    tag: "Drafts",
    says:
      "What breaks a rule of the whole record is refused, with every rule it breaks; nothing is saved.",
    call: "POST /api/pfa-data/save-draft",
    body: {
      organizationId,
      pfaId: "PFA-1001",
      changes: { forecastEnd: "2025-01-01", monthlyRate: -1 },
    },
    status: 422,
  },
  {
    tag: "Drafts",
    says: "Shift the forecast of every crane by two weeks: what would come of it, without saving.",
    call: "POST /api/pfa-data/bulk",
    body: {
      organizationId,
      records: { category: ["Cranes"] },
      operation: { kind: "shift", pair: "forecast", days: 14 },
      preview: true,
    },
    status: 200,
  },
  {
    tag: "Drafts",
    says: "Commit: the drafts become one job of Sync History and go to PEMS in turn.",
    call: "POST /api/pfa-data/commit-drafts",
    body: { organizationId, modificationIds: ["{modification}"], changeReason: "Late delivery" },
    status: 200,
    names: { job: "jobId" },
  },
  {
    tag: "Sync",
    says: "How the sync stands.",
    call: "GET /api/pems/sync-status?organizationId={organization}",
    status: 200,
  },
  {
    tag: "Sync",
    says:
      "What became of the job: each change with its attempts. Asked again until `status` is `completed`.",
    call: "GET /api/pems/sync-jobs/{job}",
    status: 200,
  },
  {
    tag: "Sync",
    says: "What a person has to decide: both sides, and the base that the planner saw.",
    call: "GET /api/pems/conflicts?organizationId={organization}&status=unresolved",
    status: 200,
    names: { conflict: "conflicts.0.id" },
  },
  {
    tag: "Sync",
    says:
      "Decide field by field. `preview` tells what would be sent; without it the decision is made.",
    call: "POST /api/pems/conflicts/{conflict}/resolve",
    body: { resolution: "merge", mergedData: { model: "LTM 1300-6.2" }, preview: true },
    status: 200,
  },
  {
    tag: "Sync",
    says: "What PEMS would not take, by its reason.",
    call: "GET /api/pems/dead-letters/groups?organizationId={organization}",
    status: 200,
    names: { group: "groups.0.fingerprint" },
  },
  {
    tag: "Sync",
    says: "The plan of sending a whole group again by canary. Without `preview` it begins.",
    call: "POST /api/pems/dead-letters/plans",
    body: { organizationId, action: "retry", group: "{group}", preview: true },
    status: 200,
  },
  {
    tag: "Records",
    says:
      "A CSV file as drafts, all rows or none; `preview=true` reports by row and cell and saves nothing.",
    call: "POST /api/pfa-data/import?organizationId={organization}&preview=true",
    body: "PFA ID,Contract\nPFA-1001,RIO-EQ-5512\nPFA-9999,RIO-EQ-5512\n",
    status: 200,
  },
  {
    tag: "Notifications",
    says: "What one should know, newest first.",
    call: "GET /api/notifications?limit=10",
    status: 200,
  },
  {
    tag: "Audit",
    says: "Who committed what: the newest entry of that event.",
    call: "GET /api/audit?organizationId={organization}&eventType=COMMIT&limit=1",
    status: 200,
  },
  {
    tag: "Administration",
    says: "A planner with a last day. The membership is made along with the user, or neither is.",
    call: "POST /api/admin/users",
    body: {
      username: "pia",
      displayName: "Pia Planner",
      password: "change it at once",
      membership: {
        organizationId,
        permissions: ["Read", "EditForecast", "SaveDraft", "Sync"],
        expiresAt: "2099-03-31T23:59:59Z",
      },
    },
    status: 201,
    names: { user: "id" },
  },
  {
    tag: "Administration",
    says:
      "Other permissions, or another last day, for somebody who is there. They hold from the next request on.",
    call: "PUT /api/admin/organizations/{organization}/members/{user}",
    body: { permissions: ["Read"], expiresAt: "2099-03-31T23:59:59Z" },
    status: 200,
  },
  {
    tag: "Live",
    says:
      "The socket's first message tells where everything stands; what happens later follows, each with its `seq`.",
    call: "GET /api/ws/sync/{organization}",
    status: 101,
  },
];
