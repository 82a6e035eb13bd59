/** Changing one's own password: the other sessions end with the old one. */
import { send } from "../api.ts";
import { useAttempt } from "../attempt.ts";
import { toast } from "../toasts.tsx";

export function Password({ username }: { readonly username: string }) {
  const { busy, problem, run } = useAttempt();
  const submit = async (event: SubmitEvent) => {
    const form = event.currentTarget as HTMLFormElement;
    event.preventDefault();
    // As typed: spaces at its ends are part of a password.
    const typed = new FormData(form);
    const [current, password] = [typed.get("current"), typed.get("password")];
    if (!await run(() => send("PUT", "/api/auth/password", { current, password }))) return;
    form.reset();
    toast("good", "Password changed. Your other sessions have ended.");
  };
  return (
    <form class="sheet-form needs-script" onSubmit={(event) => void submit(event)}>
      <input
        class="visually-hidden"
        name="username"
        autocomplete="username"
        value={username}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <label class="labelled">
        <span>Present password</span>
        <input type="password" name="current" autocomplete="current-password" required />
      </label>
      <label class="labelled">
        <span>New password, 10 characters or more</span>
        <input
          type="password"
          name="password"
          autocomplete="new-password"
          required
          minLength={10}
          maxLength={1000}
        />
      </label>
      {problem.value && <p class="problem wide" role="alert">{problem.value}</p>}
      <button type="submit" class="primary wide" disabled={busy.value}>Change the password</button>
    </form>
  );
}
