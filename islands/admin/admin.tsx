/** Administration: one section of it, each at an address of its own. */
import type { Organizations as OrganizationPages } from "../../app/admin_shapes.ts";
import type { PermissionGroup, Role } from "../../domain/roles.ts";
import type { Loaded } from "../listing.ts";
import { type Tab, Tabs } from "../tabs.tsx";
import { useUnsavedGuard } from "../unsaved.ts";
import { Connection } from "./connection.tsx";
import type { Branch, Office, Organization, UserPage } from "./office.ts";
import { Organizations } from "./organizations.tsx";
import { People, type PeopleFilter } from "./people.tsx";
import { Policy, type PolicyGroup } from "./policy.tsx";

export type ShownSection =
  | {
    readonly section: "connection";
    readonly branch: Branch;
    readonly loaded: Loaded<Organization>;
    readonly now: string;
  }
  | {
    readonly section: "policy";
    readonly branch: Branch;
    readonly loaded: Loaded<Organization>;
    readonly groups: ReadonlyArray<PolicyGroup>;
  }
  | {
    readonly section: "people" | "users";
    readonly branch: Branch | undefined;
    readonly filter: PeopleFilter;
    readonly loaded: Loaded<UserPage>;
    readonly roles: ReadonlyArray<Role>;
    readonly groups: ReadonlyArray<PermissionGroup>;
    readonly now: string;
  }
  | {
    readonly section: "organizations";
    readonly branch: Branch | undefined;
    readonly loaded: Loaded<typeof OrganizationPages.Type>;
  };

export interface AdminProps {
  readonly office: Office;
  readonly tabs: ReadonlyArray<Tab>;
  readonly shown: ShownSection;
}

function Admin({ office, tabs, shown }: AdminProps) {
  useUnsavedGuard();
  const everywhere = shown.section === "users" || shown.section === "organizations";
  return (
    <div class="page">
      <header class="page-head">
        <h1>Administration</h1>
        <p class="muted">{everywhere ? "The whole product" : shown.branch?.name}</p>
      </header>
      <Tabs tabs={tabs} label="Sections of Administration" />
      <Section office={office} shown={shown} />
    </div>
  );
}
export { Admin as island };

function Section({ office, shown }: Omit<AdminProps, "tabs">) {
  switch (shown.section) {
    case "connection":
      return <Connection {...shown} isAdmin={office.isAdmin} />;
    case "policy":
      return <Policy {...shown} />;
    case "people":
    case "users":
      return <People {...shown} office={office} />;
    case "organizations":
      return <Organizations loaded={shown.loaded} />;
  }
}
