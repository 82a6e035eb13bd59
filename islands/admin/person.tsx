/** One person in the list: who it is, what they may do, until when, and what can be changed. */
import type { Role } from "../../domain/roles.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import type { Branch, Office, User } from "./office.ts";

interface PersonLineProps {
  readonly user: User;
  readonly office: Office;
  readonly branch: Branch | undefined;
  readonly section: "people" | "users";
  readonly roles: ReadonlyArray<Role>;
  readonly now: string;
  readonly open: (dialog: "membership" | "account") => void;
  readonly viewAs: () => Promise<void>;
}

type Membership = User["memberships"][number];

const FEW = 3;

/** The role that has just these permissions; else the few there are, or how many. */
export function roleOf(permissions: ReadonlyArray<string>, roles: ReadonlyArray<Role>): string {
  const role = roles.find((one) =>
    one.permissions.length === permissions.length &&
    one.permissions.every((name) => permissions.includes(name))
  );
  if (role !== undefined) return role.name;
  if (permissions.length === 0) return "No permission";
  return permissions.length <= FEW
    ? `${permissions.join(", ")} only`
    : `${permissions.length} of 14 permissions`;
}

export function PersonLine(props: PersonLineProps) {
  const { user, office, branch, section, roles, now, open, viewAs } = props;
  const { displayName, username, email, isAdmin, disabledAt, memberships } = user;
  const here = memberships.find(({ organizationId }) => organizationId === branch?.id);
  const shown = section === "people" ? memberships.filter((one) => one === here) : memberships;
  return (
    <li class={disabledAt ? "entry person-out" : "entry"}>
      <div class="entry-main">
        <p class="entry-title">
          <b>{displayName}</b>
          <span class="muted">
            {username}
            {email && ` · ${email}`}
          </span>
          {isAdmin && (
            <span class="tag">
              <Icon name="lock" /> System administrator
            </span>
          )}
          {disabledAt && (
            <span class="tag tag-bad">
              <Icon name="close" /> Deactivated
            </span>
          )}
        </p>
        <ul class="memberships">
          {shown.map((membership) => (
            <MembershipOf
              key={membership.organizationId}
              {...{ membership, roles, now }}
              name={section === "people" ? undefined : nameOf(membership, office)}
            />
          ))}
          {shown.length === 0 && !isAdmin && <li class="muted">Belongs nowhere yet</li>}
        </ul>
      </div>
      <div class="job-acts needs-script">
        {section === "people" && mayBeSeen(props, here) && (
          <button
            type="button"
            class="plain"
            aria-label={`View as ${displayName}`}
            title="Look at the pages as they do, changing nothing"
            onClick={() => void viewAs()}
          >
            View as
          </button>
        )}
        {branch && (
          <button
            type="button"
            class="plain"
            aria-label={here
              ? `Permissions of ${displayName}…`
              : `Add to ${branch.code}… ${displayName}`}
            onClick={() => open("membership")}
          >
            {here ? "Permissions…" : `Add to ${branch.code}…`}
          </button>
        )}
        <button
          type="button"
          class="plain"
          aria-label={`Account of ${displayName}…`}
          onClick={() => open("account")}
        >
          Account…
        </button>
      </div>
    </li>
  );
}

/** Nobody looks as themselves, an administrator, or somebody who is not let in. */
function mayBeSeen(
  { user, office, branch, now }: PersonLineProps,
  here: Membership | undefined,
): boolean {
  if (here === undefined || !branch?.permissions.includes("Impersonate")) return false;
  const { id, isAdmin, disabledAt } = user;
  return id !== office.userId && !isAdmin && !disabledAt && !isOver(here, now);
}

const isOver = ({ expiresAt }: Membership, now: string) =>
  expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now);

const nameOf = ({ organizationId }: Membership, { branches }: Office) =>
  branches.find(({ id }) => id === organizationId)?.name;

function MembershipOf({ membership, roles, now, name }: {
  readonly membership: Membership;
  readonly roles: ReadonlyArray<Role>;
  readonly now: string;
  readonly name: string | undefined;
}) {
  const { permissions, expiresAt } = membership;
  const over = isOver(membership, now);
  return (
    <li>
      {name && <>{name}:{" "}</>}
      <span title={permissions.join(", ")}>{roleOf(permissions, roles)}</span>
      {expiresAt && (
        <span class={over ? "wrong" : "muted"}>
          , {over ? "ended" : "until"} <Moment at={expiresAt} />
        </span>
      )}
    </li>
  );
}
