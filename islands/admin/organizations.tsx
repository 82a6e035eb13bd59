/** All organizations, and a new one: for system administrators. */
import { useState } from "preact/hooks";
import type { Organizations as OrganizationPages } from "../../app/admin_shapes.ts";
import { call } from "../api.ts";
import { formValues, useAttempt } from "../attempt.ts";
import { More } from "../filters.tsx";
import { Icon } from "../icons.tsx";
import { Listing, type Loaded } from "../listing.ts";
import type { Organization } from "./office.ts";

type OrganizationPage = typeof OrganizationPages.Type;

export function Organizations({ loaded }: { readonly loaded: Loaded<OrganizationPage> }) {
  const [list] = useState(() =>
    new Listing<Record<never, string>, OrganizationPage, Organization>({
      path: "/api/admin/organizations",
      filter: {},
      nothing: {},
      parameters: () => ({ limit: "100" }),
      loaded,
      rowsOf: ({ organizations }) => organizations,
    })
  );
  const rows = list.rows.value;
  return (
    <>
      <section class="panel list" aria-label="Organizations">
        {list.problem.value && <p class="problem" role="alert">{list.problem.value}</p>}
        {rows.length === 0 && !list.problem.value && (
          <p class="nothing">
            <Icon name="info" /> There is no organization yet. The first one is made below.
          </p>
        )}
        <ul class="entries" aria-busy={list.busy.value}>
          {rows.map((organization) => <Line key={organization.id} organization={organization} />)}
        </ul>
        <More cursor={list.cursor.value} busy={list.busy.value} more={list.more} />
      </section>
      <NewOrganization />
    </>
  );
}

function Line({ organization: { code, name, connection, pause } }: {
  readonly organization: Organization;
}) {
  const up = pause === null && connection?.circuit === "closed";
  return (
    <li class="entry">
      <div class="entry-main">
        <p class="entry-title">
          <a href={`/admin?org=${encodeURIComponent(code)}&section=connection`}>
            <b>{name}</b>
          </a>
          <span class="muted">{code}</span>
          <span class={up ? "tag tag-good" : "tag tag-bad"}>
            <Icon name={up ? "check" : pause ? "waiting" : "alert"} />
            {pause
              ? "Paused"
              : connection === null
              ? "No PEMS"
              : up
              ? "Connected"
              : "PEMS does not answer"}
          </span>
        </p>
        <p class="muted">{connection?.baseUrl ?? "Changes wait until its PEMS is set up."}</p>
      </div>
    </li>
  );
}

function NewOrganization() {
  const { busy, problem, run } = useAttempt();
  const submit = async (event: SubmitEvent) => {
    const { code, name, baseUrl, apiKey, rateLimit } = formValues(event);
    await run(async () => {
      await call("/api/admin/organizations", {
        code,
        name,
        ...(baseUrl && {
          pems: { baseUrl, apiKey, ...(rateLimit && { rateLimit: Number(rateLimit) }) },
        }),
      });
      // The bar above knows it from the next page on.
      location.assign(`/admin?org=${encodeURIComponent(code!)}&section=connection`);
    });
  };
  return (
    <section class="panel needs-script" aria-labelledby="new-organization">
      <h2 id="new-organization">A new organization</h2>
      <p class="muted">Without a PEMS of its own it uses the product's, if there is one.</p>
      <form class="sheet-form" onSubmit={(event) => void submit(event)}>
        <label class="labelled">
          <span>Code: capital letters, digits, - or _</span>
          <input
            name="code"
            required
            pattern="[A-Z0-9][A-Z0-9_\-]{0,31}"
            title="1 to 32 capital letters, digits, - or _"
            autocomplete="off"
            spellcheck={false}
          />
        </label>
        <label class="labelled">
          <span>Name</span>
          <input name="name" required maxLength={200} autocomplete="off" />
        </label>
        <label class="labelled">
          <span>PEMS URL, of its own</span>
          <input name="baseUrl" type="url" maxLength={2000} autocomplete="off" spellcheck={false} />
        </label>
        <label class="labelled">
          <span>API key</span>
          <input name="apiKey" type="password" autocomplete="new-password" />
        </label>
        <label class="labelled">
          <span>Calls per second, at most</span>
          <input name="rateLimit" type="number" min={1} max={100_000} placeholder="10" />
        </label>
        {problem.value && <p class="problem wide" role="alert">{problem.value}</p>}
        <button type="submit" class="primary" disabled={busy.value}>Make it</button>
      </form>
    </section>
  );
}
