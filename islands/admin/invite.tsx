/** A new person: the account, its first password and what it may do here, in one request. */
import { useSignal } from "@preact/signals";
import type { User as Made } from "../../app/admin_shapes.ts";
import type { PermissionGroup, Role } from "../../domain/roles.ts";
import { call } from "../api.ts";
import { formValues, useAttempt } from "../attempt.ts";
import { Modal } from "../modal.tsx";
import { madeUpPassword, Secret } from "../secret.tsx";
import { endOf, MembershipFields, type Wanted } from "./membership_fields.tsx";
import type { Branch, Office } from "./office.ts";

interface InviteProps {
  readonly office: Office;
  /** Where the person will belong; undefined: nowhere yet. */
  readonly branch: Branch | undefined;
  readonly roles: ReadonlyArray<Role>;
  readonly groups: ReadonlyArray<PermissionGroup>;
  readonly close: () => void;
  readonly done: () => void;
}

export function Invite({ office, branch, roles, groups, close, done }: InviteProps) {
  const wanted = useSignal<Wanted>({ permissions: ["Read"], lastDay: "" });
  const made = useSignal<{ readonly name: string; readonly password: string } | undefined>(
    undefined,
  );
  const { busy, problem, run } = useAttempt();
  const submit = async (event: SubmitEvent) => {
    const { username, displayName, email, isAdmin } = formValues(event);
    const password = madeUpPassword();
    await run(async () => {
      const user = await call<typeof Made.Type>("/api/admin/users", {
        username,
        displayName,
        password,
        email: email || null,
        ...(isAdmin && { isAdmin: true }),
        ...(branch && {
          membership: {
            organizationId: branch.id,
            permissions: wanted.value.permissions,
            expiresAt: endOf(wanted.value),
          },
        }),
      });
      made.value = { name: user.displayName, password };
      done();
    });
  };
  const title = branch ? `A new person in ${branch.name}` : "A new user";
  if (made.value) {
    return (
      <Modal size="small" title={`${made.value.name} can sign in`} close={close}>
        <div class="modal-body">
          <p>
            Pass this on by a way you trust. It is shown now and never again; the person can change
            it under <b>Your account</b>.
          </p>
          <Secret label="First password" value={made.value.password} />
          <button type="button" class="primary" onClick={close}>Done</button>
        </div>
      </Modal>
    );
  }
  return (
    <Modal size="wide" title={title} close={close}>
      <form class="modal-body sheet-form" onSubmit={(event) => void submit(event)}>
        <label class="labelled">
          <span>Username</span>
          <input
            name="username"
            required
            maxLength={100}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
          />
        </label>
        <label class="labelled">
          <span>Name</span>
          <input name="displayName" required maxLength={200} autocomplete="off" />
        </label>
        <label class="labelled">
          <span>E-mail, if there is one</span>
          <input name="email" type="email" autocomplete="off" />
        </label>
        {office.isAdmin && (
          <label class="pick">
            <input type="checkbox" name="isAdmin" /> System administrator, everywhere
          </label>
        )}
        {branch && <MembershipFields {...{ wanted, roles, groups }} held={branch.permissions} />}
        {problem.value && <p class="problem wide" role="alert">{problem.value}</p>}
        <div class="job-acts wide">
          <button type="submit" class="primary" disabled={busy.value}>Add</button>
        </div>
      </form>
    </Modal>
  );
}
