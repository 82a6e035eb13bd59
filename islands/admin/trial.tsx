/** Testing a connection: what PEMS said, and what to do about it. */
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import type { ConnectionTest } from "../../app/admin_shapes.ts";
import { useEffect } from "preact/hooks";
import { call } from "../api.ts";
import { useAttempt } from "../attempt.ts";
import { Icon } from "../icons.tsx";
import type { Organization } from "./office.ts";

type Tested = typeof ConnectionTest.Type;

interface TrialProps {
  readonly organization: Organization;
  /** What else can be done, beside the test. */
  readonly children: ComponentChildren;
}

export function Trial({ organization, children }: TrialProps) {
  const tested = useSignal<Tested | undefined>(undefined);
  const { busy, problem, run } = useAttempt();
  const { version, pause } = organization;
  // What was found out held for the connection as it was.
  useEffect(() => void (tested.value = undefined), [version, pause?.since]);
  const path = `/api/admin/organizations/${organization.id}/test-connection`;
  const test = () =>
    void run(async () => {
      tested.value = undefined;
      tested.value = await call<Tested>(path, {});
    });
  return (
    <div class="trial">
      <button type="button" class="plain needs-script" disabled={busy.value} onClick={test}>
        <Icon name="syncing" spin={busy.value} /> Test connection
      </button>
      {children}
      <div role="status">
        {busy.value && <p class="muted">Asking PEMS…</p>}
        {tested.value && <Result tested={tested.value} organization={organization} />}
      </div>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
    </div>
  );
}

const ADVICE: { readonly [trouble in NonNullable<Tested["trouble"]>]: string } = {
  unreachable:
    "Nothing answers there. Check the URL, the network between us, and whether PEMS is up.",
  refused: "PEMS refuses the key. Put in the one that PEMS accepts now; it takes effect at once.",
  busy: "PEMS says that there are too many calls. Lower the calls per second, or try again soon.",
  away: "PEMS says that it is not there just now. Changes wait for it and lose nothing.",
  odd: "PEMS answers, but not as its API does. Is the URL that of the API, with its path?",
};

function Result({ tested, organization }: {
  readonly tested: Tested;
  readonly organization: Organization;
}) {
  const { success, latencyMs, error, trouble } = tested;
  const paused = organization.pause?.by === "credentials";
  return (
    <p class={success ? "tested tested-good" : "tested tested-bad"}>
      <Icon name={success ? "check" : "alert"} />
      <span>
        {success
          ? `PEMS answered in ${latencyMs} ms: its health, and a page of ${organization.code}.`
          : `It did not work, after ${latencyMs} ms. ${ADVICE[trouble ?? "odd"]}`}
        {success && paused && " It takes the key again: resume the connection."}
        {error && <q>{error}</q>}
      </span>
    </p>
  );
}
