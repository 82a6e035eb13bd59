/** Making an API token: its name, what it may do, and when it ends. */
import { useSignal } from "@preact/signals";
import type { ShownToken } from "../../app/account_shapes.ts";
import type { Permission } from "../../domain/permissions.ts";
import type { PermissionGroup } from "../../domain/roles.ts";
import { call, serverNow } from "../api.ts";
import { formValues, useAttempt } from "../attempt.ts";
import { PermissionBoxes } from "../permission_boxes.tsx";

interface NewTokenProps {
  readonly groups: ReadonlyArray<PermissionGroup>;
  readonly held: ReadonlyArray<Permission>;
  readonly done: (token: typeof ShownToken.Type) => void;
}

/** Days by what is chosen; empty: until it is revoked. */
const ENDS: ReadonlyArray<readonly [days: string, word: string]> = [
  ["30", "In 30 days"],
  ["90", "In 90 days"],
  ["365", "In a year"],
  ["", "When I revoke it"],
];

const DAY_MS = 86_400_000;

export function NewToken({ groups, held, done }: NewTokenProps) {
  const scope = useSignal<"read" | "chosen" | "all">("read");
  const chosen = useSignal<ReadonlyArray<Permission>>(["Read"]);
  const { busy, problem, run } = useAttempt();
  const submit = async (event: SubmitEvent) => {
    const form = event.currentTarget as HTMLFormElement;
    const { name, ends } = formValues(event);
    const made = await run(async () => {
      done(
        await call<typeof ShownToken.Type>("/api/auth/tokens", {
          name,
          permissions: scope.value === "all"
            ? null
            : scope.value === "read"
            ? ["Read"]
            : chosen.value,
          expiresAt: ends ? new Date(serverNow() + Number(ends) * DAY_MS).toISOString() : null,
        }),
      );
    });
    if (made) form.reset();
  };
  const scopes = [
    ["read", "Read only, without money"],
    ["chosen", "Chosen permissions"],
    ["all", "Everything I may"],
  ] as const;
  return (
    <form class="sheet-form needs-script" onSubmit={(event) => void submit(event)}>
      <h3>A new token</h3>
      <label class="labelled">
        <span>Name</span>
        <input
          name="name"
          required
          maxLength={100}
          autocomplete="off"
          placeholder="Nightly report"
        />
      </label>
      <label class="labelled">
        <span>Ends</span>
        <select name="ends">
          {ENDS.map(([days, word]) => <option key={word} value={days}>{word}</option>)}
        </select>
      </label>
      <fieldset class="choices">
        <legend>What it may do</legend>
        {scopes.map(([value, word]) => (
          <label key={value} class="pick">
            <input
              type="radio"
              name="scope"
              value={value}
              checked={scope.value === value}
              onChange={() => scope.value = value}
            />
            {word}
          </label>
        ))}
      </fieldset>
      <p class="muted wide">
        It never does more than you may do yourself, in any organization, at that moment.
      </p>
      {scope.value === "chosen" && (
        <PermissionBoxes
          {...{ groups, held }}
          chosen={chosen.value}
          change={(permissions) => chosen.value = permissions}
        />
      )}
      {problem.value && <p class="problem wide" role="alert">{problem.value}</p>}
      <button type="submit" class="primary" disabled={busy.value}>Make the token</button>
    </form>
  );
}
