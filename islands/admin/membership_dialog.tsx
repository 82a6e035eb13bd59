/** Changing what a person may do in an organization, or ending it; one's own place is not given up unasked. */
import { useSignal } from "@preact/signals";
import type { Permission } from "../../domain/permissions.ts";
import type { PermissionGroup, Role } from "../../domain/roles.ts";
import { send } from "../api.ts";
import { useAttempt } from "../attempt.ts";
import { Modal } from "../modal.tsx";
import { toast } from "../toasts.tsx";
import { endOf, MembershipFields, type Wanted } from "./membership_fields.tsx";
import type { Branch, Office, User } from "./office.ts";

interface MembershipDialogProps {
  readonly user: User;
  /** Those in the list, this one among them. */
  readonly people: ReadonlyArray<User>;
  readonly office: Office;
  readonly branch: Branch;
  readonly roles: ReadonlyArray<Role>;
  readonly groups: ReadonlyArray<PermissionGroup>;
  readonly close: () => void;
  readonly done: () => void;
}

export function MembershipDialog(props: MembershipDialogProps) {
  const { user, branch, roles, groups, close, done } = props;
  const here = user.memberships.find(({ organizationId }) => organizationId === branch.id);
  const wanted = useSignal<Wanted>({
    permissions: here?.permissions ?? [],
    lastDay: here?.expiresAt?.slice(0, 10) ?? "",
  });
  /** What would be done once the warning is accepted. */
  const asked = useSignal<"save" | "remove" | undefined>(undefined);
  const { busy, problem, run } = useAttempt();
  const path = `/api/admin/organizations/${branch.id}/members/${user.id}`;
  const act = async (what: "save" | "remove") => {
    const warning = lossOf(props, what === "remove" ? [] : wanted.value.permissions);
    if (warning !== undefined && asked.value !== what) return void (asked.value = what);
    const acted = await run(() =>
      what === "remove" ? send("DELETE", path) : send("PUT", path, {
        permissions: wanted.value.permissions,
        expiresAt: endOf(wanted.value),
      })
    );
    if (!acted) return;
    toast("good", `${user.displayName}: ${what === "remove" ? "removed" : "permissions saved"}`);
    close();
    done();
  };
  const warning = asked.value &&
    lossOf(props, asked.value === "remove" ? [] : wanted.value.permissions);
  return (
    <Modal size="wide" title={`${user.displayName} in ${branch.name}`} close={close}>
      <form
        class="modal-body sheet-form"
        onSubmit={(event) => {
          event.preventDefault();
          void act("save");
        }}
      >
        <MembershipFields {...{ wanted, roles, groups }} held={branch.permissions} />
        {warning && (
          <p class="state state-bad wide" role="alert">
            {warning} Press again to do it all the same.
          </p>
        )}
        {problem.value && <p class="problem wide" role="alert">{problem.value}</p>}
        <div class="job-acts wide">
          <button type="submit" class="primary" disabled={busy.value}>Save</button>
          {here && (
            <button
              type="button"
              class="plain danger"
              disabled={busy.value}
              onClick={() => void act("remove")}
            >
              Remove from {branch.code}
            </button>
          )}
        </div>
      </form>
    </Modal>
  );
}

/** What the administrator would give up by it for good; undefined: nothing. */
function lossOf(
  { user, people, office, branch }: MembershipDialogProps,
  permissions: ReadonlyArray<Permission>,
): string | undefined {
  if (user.id !== office.userId || office.isAdmin || permissions.includes("ManageUsers")) {
    return undefined;
  }
  const others = people.some(({ id, disabledAt, memberships }) =>
    id !== user.id && disabledAt === null &&
    memberships.some((one) =>
      one.organizationId === branch.id && one.permissions.includes("ManageUsers")
    )
  );
  return others
    ? `You will no longer manage the people of ${branch.name}, and cannot take that back yourself.`
    : `Nobody in this list but you manages the people of ${branch.name}: only a system administrator could give it back.`;
}
