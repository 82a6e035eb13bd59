/** Administration: the sections that are for who asks, and the one on show. */
import { FIELD_NAMES, type FieldName, FIELDS } from "../../domain/pfa.ts";
import { PERMISSION_GROUPS, ROLES } from "../../domain/roles.ts";
import { GROUPS } from "../../domain/threeway.ts";
import {
  type AdminProps as IslandProps,
  island as AdminIsland,
  type ShownSection,
} from "../../islands/admin/admin.tsx";
import { peopleQuery } from "../../islands/admin/people.tsx";
import type { PolicyGroup } from "../../islands/admin/policy.tsx";
import type { Loaded } from "../../islands/listing.ts";
import type { Membership, Session } from "../env.ts";
import { LABELS } from "./fields.ts";
import { Island } from "./island.tsx";

type Key = ShownSection["section"];
type Query = { readonly [name: string]: string };

interface Section {
  readonly key: Key;
  readonly name: string;
  /** What the API is asked for its first paint. */
  readonly asks: (organization: Membership | undefined, query: Query) => {
    readonly path: string;
    readonly parameters: { readonly [name: string]: string | undefined };
  };
}

const theOne = (organization: Membership | undefined) => ({
  path: `/api/admin/organizations/${organization?.id}`,
  parameters: {},
});
const users = (section: "people" | "users"): Section["asks"] => (organization, query) => ({
  path: "/api/admin/users",
  parameters: peopleQuery(section, organization, { search: query["search"] ?? "" }),
});

const SECTIONS: ReadonlyArray<
  Section & { readonly needs: "ManageSettings" | "ManageUsers" | "administrator" }
> = [
  { key: "connection", name: "Connection", needs: "ManageSettings", asks: theOne },
  { key: "policy", name: "Conflict policy", needs: "ManageSettings", asks: theOne },
  { key: "people", name: "People", needs: "ManageUsers", asks: users("people") },
  { key: "users", name: "All users", needs: "administrator", asks: users("users") },
  {
    key: "organizations",
    name: "Organizations",
    needs: "administrator",
    asks: () => ({ path: "/api/admin/organizations", parameters: { limit: "100" } }),
  },
];

/** Those the session may see with this organization; none: the page is not for it. */
export const adminSections = (
  { user }: Session,
  organization: Membership | undefined,
): ReadonlyArray<Section> =>
  SECTIONS.filter(({ needs }) =>
    needs === "administrator" ? user.isAdmin : organization?.permissions.includes(needs)
  );

interface AdminProps {
  readonly session: Session;
  readonly organization: Membership | undefined;
  readonly sections: ReadonlyArray<Section>;
  readonly section: Section;
  readonly query: Query;
  readonly loaded: Loaded<unknown>;
}

export const Admin = (props: AdminProps) => {
  const { session: { user, organizations }, organization, sections, section } = props;
  const org = organization ? `org=${encodeURIComponent(organization.code)}&` : "";
  return (
    <Island<IslandProps>
      name="admin"
      component={AdminIsland}
      props={{
        office: { userId: user.id, isAdmin: user.isAdmin, branches: organizations },
        tabs: sections.map(({ key, name }) => ({
          name,
          href: `/admin?${org}section=${key}`,
          here: key === section.key,
        })),
        shown: shownOf(props),
      }}
    />
  );
};

/** What the section's own props are; `loaded` is of its kind, since its own question was asked. */
function shownOf({ organization, section, query, loaded }: AdminProps): ShownSection {
  const shown = {
    section: section.key,
    branch: organization,
    loaded,
    now: new Date().toISOString(),
  };
  switch (section.key) {
    case "policy":
      return { ...shown, groups: policyGroups() } as ShownSection;
    case "people":
    case "users":
      return {
        ...shown,
        filter: { search: query["search"] ?? "" },
        roles: ROLES,
        groups: PERMISSION_GROUPS,
      } as ShownSection;
    default:
      return shown as ShownSection;
  }
}

const TOGETHER = "A conflict about one of them is one about all: while one is asked, all are.";

/** The fields that a conflict may be about, grouped as the check of three sides groups them. */
function policyGroups(): ReadonlyArray<PolicyGroup> {
  const editable = (name: FieldName) =>
    FIELDS[name].permission !== undefined && FIELDS[name].permission !== "Delete";
  const fieldsOf = (names: ReadonlyArray<FieldName>) =>
    names.filter(editable).map((name) => ({ name, label: LABELS[name] }));
  const grouped = GROUPS.map((group) => ({ fields: fieldsOf(group) }))
    .filter(({ fields }) => fields.length > 0);
  const single = FIELD_NAMES.filter((name) => !GROUPS.flat().includes(name));
  return [
    ...grouped.map(({ fields }) => ({
      name: NAMES[fields[0]!.name] ?? fields[0]!.label,
      about: TOGETHER,
      fields,
    })),
    { name: "Each by itself", fields: fieldsOf(single) },
  ];
}

/** A group is named after its first field. */
const NAMES: { readonly [name in FieldName]?: string } = {
  forecastStart: "Forecast dates",
  actualStart: "Actual dates",
  source: "Source and money",
};
