/** Who wins a conflict, field by field: a person, we, or PEMS; tried on conflicts of the past before it is saved. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { PolicyTried } from "../../app/admin_shapes.ts";
import type { FieldName } from "../../domain/pfa.ts";
import type { FieldPolicy, Policies } from "../../domain/threeway.ts";
import { call, send } from "../api.ts";
import { useAttempt } from "../attempt.ts";
import { Icon } from "../icons.tsx";
import type { Loaded } from "../listing.ts";
import { toast } from "../toasts.tsx";
import { DryRun } from "./dry_run.tsx";
import type { Branch, Organization } from "./office.ts";
import { Settings } from "./settings.ts";

export interface PolicyField {
  readonly name: FieldName;
  readonly label: string;
}
export interface PolicyGroup {
  readonly name: string;
  /** Why its fields belong together; undefined: each is by itself. */
  readonly about?: string;
  readonly fields: ReadonlyArray<PolicyField>;
}

interface PolicyProps {
  readonly branch: Branch;
  readonly loaded: Loaded<Organization>;
  readonly groups: ReadonlyArray<PolicyGroup>;
}

type Choice = FieldPolicy;

const CHOICES: ReadonlyArray<readonly [Choice, string]> = [
  ["manual", "Ask"],
  ["use_local", "Use mine"],
  ["use_pems", "Use PEMS"],
];

/** Without what is asked anyway, so that two policies that mean the same are the same. */
const decided = (policies: Policies) =>
  JSON.stringify(Object.entries(policies).filter(([, choice]) => choice !== "manual").sort());

export function Policy({ branch, loaded, groups }: PolicyProps) {
  const [settings] = useState(() => new Settings(branch, loaded));
  useEffect(settings.follow, []);
  const [seen, see] = useState(loaded.page);
  const chosen = useSignal<Policies>(loaded.page?.conflictPolicy ?? {});
  const tried = useSignal<typeof PolicyTried.Type | undefined>(undefined);
  const { busy, problem, run } = useAttempt();
  if (seen === undefined) return <p class="problem" role="alert">{settings.problem.value}</p>;
  const newest = settings.now.value ?? seen;
  const moved = newest.version !== seen.version;
  const changed = decided(chosen.value) !== decided(seen.conflictPolicy);
  const show = (organization: Organization) => {
    chosen.value = organization.conflictPolicy;
    see(organization);
  };
  const choose = (fields: ReadonlyArray<PolicyField>, choice: Choice) => {
    tried.value = undefined;
    chosen.value = {
      ...chosen.value,
      ...Object.fromEntries(fields.map(({ name }) => [name, choice])),
    };
  };
  const path = `${settings.path}/conflict-policy`;
  const dryRun = () =>
    void run(async () => {
      tried.value = await call(`${path}/dry-run`, { fields: chosen.value });
    });
  const save = async () => {
    const body = { fields: chosen.value, version: seen.version };
    const saved = await run(() => send("PUT", path, body));
    await settings.read();
    if (!saved) return;
    show(settings.now.value!);
    toast("good", "Conflict policy saved. It holds from the next conflict on.");
  };
  const all = groups.flatMap(({ fields }) => fields);
  const labels = Object.fromEntries(all.map(({ name, label }) => [name, label]));
  return (
    <form
      class="panel policy"
      aria-labelledby="policy-title"
      data-touched={changed ? "" : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2 id="policy-title">Conflict policy</h2>
      <p class="muted">
        When PEMS and one of you change the same field, somebody has to win. What is not asked is
        decided at once and kept in the trail with the value that lost. Deletions, and writes of
        which nobody knows whether they arrived, are always asked.
      </p>
      {moved && (
        <p class="problem" role="alert">
          Somebody changed these settings meanwhile.{" "}
          <button type="button" class="link" onClick={() => show(newest)}>Show them</button>
        </p>
      )}
      <div class="job-acts needs-script" role="group" aria-label="For all fields">
        <span class="muted">All fields:</span>
        {CHOICES.map(([choice, word]) => (
          <button
            key={choice}
            type="button"
            class="plain"
            onClick={() => choose(all, choice)}
          >
            {word}
          </button>
        ))}
      </div>
      <div class="policy-groups">
        {groups.map((group) => (
          <Group key={group.name} group={group} chosen={chosen.value} choose={choose} />
        ))}
      </div>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      <div class="policy-acts needs-script">
        <button type="button" class="plain" disabled={busy.value} onClick={dryRun}>
          <Icon name="history" /> Try it on past conflicts
        </button>
        <button type="submit" class="primary" disabled={busy.value || moved || !changed}>
          Save
        </button>
        <span class="muted" role="status">{changed ? "Not saved yet" : ""}</span>
      </div>
      <div role="status">
        {tried.value && <DryRun tried={tried.value} labels={labels} code={branch.code} />}
      </div>
    </form>
  );
}

interface GroupProps {
  readonly group: PolicyGroup;
  readonly chosen: Policies;
  readonly choose: (fields: ReadonlyArray<PolicyField>, choice: Choice) => void;
}

function Group({ group: { name, about, fields }, chosen, choose }: GroupProps) {
  return (
    <section class="policy-group" aria-label={name}>
      <h3>{name}</h3>
      {about && <p class="muted">{about}</p>}
      {fields.map((field) => (
        <fieldset key={field.name} class="policy-field">
          <legend>{field.label}</legend>
          <div class="modes">
            {CHOICES.map(([choice, word]) => (
              <label key={choice}>
                <input
                  type="radio"
                  name={field.name}
                  value={choice}
                  checked={(chosen[field.name] ?? "manual") === choice}
                  onChange={() => choose([field], choice)}
                />
                <span>{word}</span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
    </section>
  );
}
