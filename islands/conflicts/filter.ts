/** Which conflicts are listed; it lives in the URL. */

export interface ConflictFilter {
  /** A status, or `any`. */
  readonly status: string;
  readonly kind: string;
  /** A record's id. */
  readonly pfaId: string;
}

export const OPEN_ONES: ConflictFilter = { status: "unresolved", kind: "", pfaId: "" };

type Query = { readonly [name: string]: string | undefined };

export const conflictFilter = (query: Query): ConflictFilter => ({
  status: query["status"] || OPEN_ONES.status,
  kind: query["kind"] ?? "",
  pfaId: query["pfaId"]?.trim() ?? "",
});

export const conflictQuery = (organizationId: string, filter: ConflictFilter): Query => ({
  organizationId,
  status: filter.status === "any" ? undefined : filter.status,
  kind: filter.kind,
  pfaId: filter.pfaId,
});
