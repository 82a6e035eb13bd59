/** One's own account, for whoever is signed in. */
import { PERMISSION_GROUPS } from "../../domain/roles.ts";
import { PERMISSIONS } from "../../domain/permissions.ts";
import {
  type AccountProps as IslandProps,
  island as AccountIsland,
  type ShownAccount,
} from "../../islands/account/account.tsx";
import type { Loaded } from "../../islands/listing.ts";
import type { Membership, Session } from "../env.ts";
import { Island } from "./island.tsx";

interface Section {
  readonly key: ShownAccount["section"];
  readonly name: string;
  /** What the API is asked for it; undefined: nothing. */
  readonly path?: string;
}

export const accountSections: ReadonlyArray<Section> = [
  { key: "sessions", name: "Sessions", path: "/api/auth/sessions" },
  { key: "tokens", name: "API tokens", path: "/api/auth/tokens" },
  { key: "password", name: "Password" },
];

interface AccountProps {
  readonly session: Session;
  readonly organization: Membership | undefined;
  readonly section: Section;
  readonly loaded: Loaded<unknown> | undefined;
}

export const Account = (props: AccountProps) => {
  const { session: { user }, organization, section } = props;
  const org = organization ? `org=${encodeURIComponent(organization.code)}&` : "";
  return (
    <Island<IslandProps>
      name="account"
      component={AccountIsland}
      props={{
        user,
        tabs: accountSections.map(({ key, name }) => ({
          name,
          href: `/account?${org}section=${key}`,
          here: key === section.key,
        })),
        shown: shownOf(props),
      }}
    />
  );
};

function shownOf({ session, section, loaded }: AccountProps): ShownAccount {
  const shown = { section: section.key, loaded };
  if (section.key !== "tokens") return shown as ShownAccount;
  const held = PERMISSIONS.filter((name) =>
    session.organizations.some(({ permissions }) => permissions.includes(name))
  );
  return {
    ...shown,
    groups: PERMISSION_GROUPS,
    held,
    now: new Date().toISOString(),
  } as ShownAccount;
}
