/** The settings of a connection, with its key that goes in and never comes out. */
import { useState } from "preact/hooks";
import { send } from "../api.ts";
import { formValues, useAttempt } from "../attempt.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { toast } from "../toasts.tsx";
import { noteTyping, settle } from "../unsaved.ts";
import type { Organization } from "./office.ts";
import type { Settings } from "./settings.ts";

interface PemsFormProps {
  readonly settings: Settings;
  readonly isAdmin: boolean;
  readonly now: string;
}

export function PemsForm({ settings, isAdmin, now }: PemsFormProps) {
  // What is being typed stays when somebody else changes the settings: that is told, and taken over when asked for.
  const [seen, see] = useState(settings.now.value!);
  const { busy, problem, run } = useAttempt();
  const newest = settings.now.value!;
  const moved = newest.version !== seen.version;
  const change = async (change: object, told: string) => {
    const changed = await run(async () => {
      const body = { ...change, version: seen.version };
      const answer = await send<Organization>("PATCH", settings.path, body);
      settings.now.value = answer;
      see(answer);
      toast("good", told);
    });
    if (!changed) await settings.read();
    return changed;
  };
  const submit = async (event: SubmitEvent) => {
    const form = event.currentTarget as HTMLFormElement;
    const { name, baseUrl, rateLimit, apiKey } = formValues(event);
    const pems = {
      ...(baseUrl && { baseUrl }),
      ...(apiKey && { apiKey }),
      ...(rateLimit && { rateLimit: Number(rateLimit) }),
    };
    const given = seen.pems.baseUrl !== null || apiKey || baseUrl;
    const told = apiKey ? "Key replaced" : "Settings saved";
    if (await change({ name, ...(given && { pems }) }, told)) settle(form);
  };
  return (
    <section class="panel" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <Key organization={newest} now={now} />
      {moved && (
        <p class="problem" role="alert">
          Somebody changed these settings meanwhile.{" "}
          <button type="button" class="link" onClick={() => see(newest)}>Show them</button>
        </p>
      )}
      <form
        key={seen.version}
        class="sheet-form needs-script"
        onSubmit={(event) => void submit(event)}
        ref={noteTyping}
      >
        <Fields organization={seen} />
        {problem.value && <p class="problem wide" role="alert">{problem.value}</p>}
        <div class="job-acts wide">
          <button type="submit" class="primary" disabled={busy.value || moved}>Save</button>
          {isAdmin && seen.pems.baseUrl !== null && (
            <button
              type="button"
              class="plain"
              disabled={busy.value || moved}
              onClick={() => void change({ pems: null }, "The product's own PEMS is used")}
            >
              Use the product's own PEMS
            </button>
          )}
        </div>
      </form>
    </section>
  );
}

function Fields({ organization: { name, pems, connection } }: {
  readonly organization: Organization;
}) {
  const own = pems.baseUrl !== null;
  return (
    <>
      <label class="labelled">
        <span>Name</span>
        <input name="name" defaultValue={name} required maxLength={200} autocomplete="off" />
      </label>
      <label class="labelled">
        <span>PEMS URL{own ? "; another one needs its key" : ", of its own"}</span>
        <input
          name="baseUrl"
          type="url"
          defaultValue={pems.baseUrl ?? ""}
          placeholder={connection?.baseUrl ?? "https://pems.example.com/api"}
          required={own}
          maxLength={2000}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label class="labelled">
        <span>Calls per second, at most</span>
        <input
          name="rateLimit"
          type="number"
          min={1}
          max={100_000}
          defaultValue={String(pems.rateLimit ?? "")}
          placeholder={String(connection?.rateLimit ?? 10)}
          required={own}
        />
      </label>
      <label class="labelled">
        <span>{own ? "New API key; empty: the key stays" : "API key"}</span>
        <input name="apiKey" type="password" autocomplete="new-password" spellcheck={false} />
      </label>
    </>
  );
}

const OLD_DAYS = 90;

/** What may be told of a key: which it is, how old, and who set it. */
function Key({ organization: { pems, connection }, now }: {
  readonly organization: Organization;
  readonly now: string;
}) {
  const { keyFingerprint, keySetAt, keySetBy } = pems;
  if (keyFingerprint === null || keySetAt === null) {
    return (
      <p class="muted">
        {connection === null
          ? "There is no key."
          : "It uses the product's own PEMS and key, which are set where the product is started."}
      </p>
    );
  }
  const days = Math.max(0, Math.floor((Date.parse(now) - Date.parse(keySetAt)) / 86_400_000));
  return (
    <>
      <p>
        Key <code>{keyFingerprint}</code>, set {days === 0 ? "today" : `${plural(days, "day")} ago`}
        {keySetBy && ` by ${keySetBy}`}{" "}
        <small class="muted">
          (<Moment at={keySetAt} />)
        </small>
      </p>
      {days >= OLD_DAYS && (
        <p class="state state-waiting">
          <Icon name="alert" /> This key is older than {OLD_DAYS} days: have PEMS make a new one.
        </p>
      )}
    </>
  );
}
