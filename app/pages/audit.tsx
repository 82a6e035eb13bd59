/** The audit trail, for who manages the organization's settings. */
import { island as AuditIsland } from "../../islands/audit/audit.tsx";
import type { EntryPage, Person, Verification } from "../../islands/audit/entry.ts";
import { type AuditFilter, auditQuery } from "../../islands/audit/filter.ts";
import type { Loaded } from "../../islands/listing.ts";
import type { Membership } from "../env.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

interface Shown {
  readonly loaded: Loaded<EntryPage>;
  readonly begun: number;
  readonly people: ReadonlyArray<Person>;
  readonly verification: Verification;
}

type Read = <Answer>(
  path: string,
  asked: { readonly [name: string]: string | undefined },
) => Promise<Loaded<Answer>>;

const UNKNOWN: Verification = { sealedThrough: null, walk: null, verdict: null };

/** The entries that match, who may be chosen among, and how the chain stands. */
export async function readAudit(
  read: Read,
  { id: organizationId }: Membership,
  filter: AuditFilter,
): Promise<Shown> {
  const begun = Date.now();
  const [loaded, people, verification] = await Promise.all([
    read<EntryPage>("/api/audit", { ...auditQuery(organizationId, filter, begun), limit: "50" }),
    read<{ readonly people: ReadonlyArray<Person> }>("/api/audit/people", { organizationId }),
    read<Verification>("/api/audit/verify", { organizationId }),
  ]);
  return {
    loaded,
    begun,
    people: people.page?.people ?? [],
    verification: verification.page ?? UNKNOWN,
  };
}

interface AuditProps extends Shown {
  readonly organization: Membership;
  readonly filter: AuditFilter;
}

export const Audit = ({ organization, ...shown }: AuditProps) => (
  <Island
    name="audit"
    component={AuditIsland}
    props={{
      workplace: workplaceOf(organization),
      fields: fieldsFor(organization.permissions),
      ...shown,
    }}
  />
);
