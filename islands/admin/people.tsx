/** The people of an organization, or everybody: what they may do where, until when, and their accounts. */
import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { PermissionGroup, Role } from "../../domain/roles.ts";
import { call, Refusal } from "../api.ts";
import { Filters, More, SearchFilter } from "../filters.tsx";
import { Icon } from "../icons.tsx";
import { Listing, type Loaded } from "../listing.ts";
import { toast } from "../toasts.tsx";
import { AccountDialog } from "./account_dialog.tsx";
import { Invite } from "./invite.tsx";
import { MembershipDialog } from "./membership_dialog.tsx";
import type { Branch, Office, User, UserPage } from "./office.ts";
import { PersonLine } from "./person.tsx";

export interface PeopleFilter {
  readonly search: string;
}

interface PeopleProps {
  readonly office: Office;
  readonly branch: Branch | undefined;
  /** Only members of the organization, or all users. */
  readonly section: "people" | "users";
  readonly filter: PeopleFilter;
  readonly loaded: Loaded<UserPage>;
  readonly roles: ReadonlyArray<Role>;
  readonly groups: ReadonlyArray<PermissionGroup>;
  readonly now: string;
}

type Open =
  | { readonly dialog: "invite" }
  | { readonly dialog: "membership" | "account"; readonly user: User };

export const peopleQuery = (
  section: PeopleProps["section"],
  branch: Branch | undefined,
  { search }: PeopleFilter,
) => ({ search, organizationId: section === "people" ? branch?.id : undefined, limit: "100" });

export function People(props: PeopleProps) {
  const { office, branch, section, filter, loaded, roles, groups, now } = props;
  const [list] = useState(() =>
    new Listing<PeopleFilter, UserPage, User>({
      path: "/api/admin/users",
      filter,
      nothing: { search: "" },
      parameters: (filter) => peopleQuery(section, branch, filter),
      loaded,
      rowsOf: ({ users }) => users,
    })
  );
  const opened = useSignal<Open | undefined>(undefined);
  const now_ = opened.value;
  const close = () => opened.value = undefined;
  const done = () => void list.reload();
  const viewAs = async ({ id: userId }: User) => {
    try {
      await call("/api/auth/view-as", { userId, organizationId: branch!.id });
      location.assign(`/?org=${encodeURIComponent(branch!.code)}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      toast("bad", error.message);
    }
  };
  const rows = list.rows.value;
  const title = section === "people" ? "People" : "All users";
  return (
    <>
      <div class="people-head">
        <Filters
          workplace={{ organizationCode: branch?.code ?? "" }}
          change={({ search = "" }) => list.refilter({ search })}
        >
          <input type="hidden" name="section" value={section} />
          <SearchFilter
            name="search"
            label="Search"
            value={list.filter.value.search}
            placeholder="Name or e-mail"
          />
        </Filters>
        <button
          type="button"
          class="primary needs-script"
          onClick={() => opened.value = { dialog: "invite" }}
        >
          Add a person…
        </button>
      </div>
      <section class="panel list" aria-label={title}>
        {list.problem.value && <p class="problem" role="alert">{list.problem.value}</p>}
        {rows.length === 0 && !list.problem.value && (
          <p class="nothing">
            <Icon name="info" />
            {list.filter.value.search ? "Nobody matches this search." : "There is nobody yet."}
          </p>
        )}
        <ul class="entries" aria-busy={list.busy.value}>
          {rows.map((user) => (
            <PersonLine
              key={user.id}
              {...{ user, office, branch, section, roles, now }}
              viewAs={() => viewAs(user)}
              open={(dialog) => opened.value = { dialog, user }}
            />
          ))}
        </ul>
        <More cursor={list.cursor.value} busy={list.busy.value} more={list.more} />
      </section>
      {branch?.permissions.includes("ManageSettings") && section === "people" && (
        <p class="muted">
          Who changed what is in the{" "}
          <a href={`/audit?org=${encodeURIComponent(branch.code)}&eventType=PERMISSION_CHANGED`}>
            audit trail
          </a>.
        </p>
      )}
      {now_?.dialog === "invite" && <Invite {...{ office, branch, roles, groups, close, done }} />}
      {now_?.dialog === "membership" && branch && (
        <MembershipDialog
          {...{ office, branch, roles, groups, close, done }}
          user={now_.user}
          people={rows}
        />
      )}
      {now_?.dialog === "account" && (
        <AccountDialog
          {...{ office, close, done }}
          user={now_.user}
        />
      )}
    </>
  );
}
