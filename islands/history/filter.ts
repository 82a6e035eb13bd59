/** Which jobs are listed; it lives in the URL. */

export interface JobFilter {
  readonly status: string;
  readonly kind: string;
  /** Days, both included. */
  readonly from: string;
  readonly to: string;
  /** In the reason, the user's name or a record's id. */
  readonly search: string;
}

export const ALL_JOBS: JobFilter = { status: "", kind: "", from: "", to: "", search: "" };

type Query = { readonly [name: string]: string | undefined };

export const jobFilter = (query: Query): JobFilter => ({
  status: query["status"] ?? "",
  kind: query["kind"] ?? "",
  from: query["from"] ?? "",
  to: query["to"] ?? "",
  search: query["search"]?.trim() ?? "",
});

export const jobQuery = (organizationId: string, filter: JobFilter): Query => ({
  organizationId,
  limit: "50",
  ...filter,
});
