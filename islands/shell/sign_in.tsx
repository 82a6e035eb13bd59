/** Signing in again where one is: the session has ended, and what is unsaved in the tab waits behind the dialog. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Session } from "../../app/env.ts";
import { Modal } from "../modal.tsx";
import { goOn } from "../session.ts";
import { toast } from "../toasts.tsx";
import type { Person } from "./shell.tsx";

interface SignInProps {
  readonly user: Person;
  readonly close: () => void;
}

export function SignIn({ user, close }: SignInProps) {
  const problem = useSignal("");
  const busy = useSignal(false);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => password.current!.focus(), []);
  const trying = async (ask: () => Promise<Response>) => {
    busy.value = true;
    problem.value = await tried(ask, user);
    busy.value = false;
    if (problem.value !== "") return;
    goOn();
    toast("good", "Signed in again. What was waiting is on its way.");
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const credentials = { username: user.username, password: form.get("password") };
    void trying(() =>
      fetch("/api/auth/login", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(credentials),
      })
    );
  };
  return (
    <Modal size="small" title="Sign in again" close={close}>
      <form class="modal-body sign-in" method="post" action="/login" onSubmit={submit}>
        <p>
          Your session has ended. What you have not saved is kept in this tab, and is sent once you
          are signed in as <b>{user.displayName}</b>.
        </p>
        <p class="problem" role="alert" hidden={problem.value === ""}>{problem.value}</p>
        <input
          class="visually-hidden"
          name="username"
          autocomplete="username"
          value={user.username}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <label class="labelled">
          <span>Password</span>
          <input
            type="password"
            name="password"
            autocomplete="current-password"
            required
            ref={password}
          />
        </label>
        <div class="sign-in-ways">
          <button type="submit" class="primary" disabled={busy.value}>Sign in</button>
          <a href="/login" target="_blank">Use another tab, then continue</a>
          <button
            type="button"
            class="plain"
            disabled={busy.value}
            onClick={() => void trying(() => fetch("/api/auth/me"))}
          >
            Continue
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** @returns why it did not work; empty: the same user is signed in */
async function tried(ask: () => Promise<Response>, user: Person): Promise<string> {
  try {
    const response = await ask();
    const answer = await response.json();
    if (!response.ok) {
      return response.url.endsWith("/me")
        ? "Nobody is signed in yet."
        : answer.detail ?? "That did not work.";
    }
    const now = (answer as Session).user;
    return now.username === user.username
      ? ""
      : `${now.displayName} is signed in now; this tab holds the work of ${user.displayName}.`;
  } catch {
    return "The server cannot be reached.";
  }
}
