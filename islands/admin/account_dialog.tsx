/** A person's account: name, e-mail, a new password, shutting out, and where they are signed in. */
import { useSignal } from "@preact/signals";
import { Sessions } from "../account/sessions.tsx";
import { send } from "../api.ts";
import { formValues, useAttempt } from "../attempt.ts";
import { Modal } from "../modal.tsx";
import { madeUpPassword, Secret } from "../secret.tsx";
import { toast } from "../toasts.tsx";
import type { Office, User } from "./office.ts";

interface AccountDialogProps {
  readonly user: User;
  readonly office: Office;
  readonly close: () => void;
  readonly done: () => void;
}

export function AccountDialog({ user, office, close, done }: AccountDialogProps) {
  const { id, displayName, email, isAdmin, disabledAt } = user;
  const own = id === office.userId;
  const password = useSignal<string | undefined>(undefined);
  const { busy, problem, run } = useAttempt();
  const path = `/api/admin/users/${id}`;
  const change = async (changes: object, told: string) => {
    if (!await run(() => send("PATCH", path, changes))) return false;
    toast("good", `${displayName}: ${told}`);
    done();
    return true;
  };
  const submit = async (event: SubmitEvent) => {
    const values = formValues(event);
    const changes = {
      displayName: values["displayName"],
      email: values["email"] || null,
      ...(office.isAdmin && { isAdmin: values["isAdmin"] !== undefined }),
    };
    if (await change(changes, "saved")) close();
  };
  const reset = async () => {
    const made = madeUpPassword();
    if (await change({ password: made }, "new password set, sessions ended")) password.value = made;
  };
  return (
    <Modal size="small" title={`Account of ${displayName}`} close={close}>
      <div class="modal-body">
        <form class="sheet-form" onSubmit={(event) => void submit(event)}>
          <label class="labelled">
            <span>Name</span>
            <input name="displayName" defaultValue={displayName} required maxLength={200} />
          </label>
          <label class="labelled">
            <span>E-mail</span>
            <input name="email" type="email" defaultValue={email ?? ""} autocomplete="off" />
          </label>
          {office.isAdmin && (
            <label class="pick">
              <input type="checkbox" name="isAdmin" defaultChecked={isAdmin} /> System administrator
            </label>
          )}
          {problem.value && <p class="problem wide" role="alert">{problem.value}</p>}
          <div class="job-acts wide">
            <button type="submit" class="primary" disabled={busy.value}>Save</button>
            <button
              type="button"
              class="plain"
              disabled={busy.value || own}
              title={own ? "Your own is changed under Your account" : undefined}
              onClick={() => void reset()}
            >
              Reset password
            </button>
            <button
              type="button"
              class={disabledAt ? "plain" : "plain danger"}
              disabled={busy.value || own}
              title={own ? "Nobody shuts themselves out" : undefined}
              onClick={() =>
                void change(
                  { disabled: !disabledAt },
                  disabledAt ? "may sign in again" : "deactivated, sessions ended",
                ).then((changed) => changed && close())}
            >
              {disabledAt ? "Let in again" : "Deactivate"}
            </button>
          </div>
        </form>
        {password.value && <Secret label="New password" value={password.value} />}
        <section aria-labelledby="user-sessions">
          <h3 id="user-sessions">Sessions</h3>
          <Sessions
            key={password.value}
            path={`${path}/sessions`}
            endPath={`${path}/sessions/end`}
            name={displayName}
          />
        </section>
      </div>
    </Modal>
  );
}
