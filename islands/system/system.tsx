/** The system as it stands: workers and what they hold, connections, the doctor, versions and migrations. */
import { useEffect, useState } from "preact/hooks";
import type { Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Loaded } from "../listing.ts";
import { Moment } from "../moment.tsx";
import { Doctor } from "./doctor.tsx";
import { Organizations } from "./organizations.tsx";
import { Polling } from "./polling.ts";
import { summary, type System } from "./standing.ts";
import { Workers } from "./workers.tsx";

export interface SystemProps {
  readonly workplace: Workplace;
  readonly loaded: Loaded<System>;
}

function SystemPage({ workplace, loaded }: SystemProps) {
  const [polling] = useState(() => new Polling(workplace.organizationId, loaded));
  useEffect(() => polling.start(), []);
  const system = polling.system.value;
  const paused = polling.paused.value;
  return (
    <div class="page">
      <header class="page-head">
        <h1>System</h1>
        <p class="muted">
          {system?.everything ? "All organizations" : workplace.organizationName}
        </p>
      </header>
      {polling.problem.value && (
        <p class="problem" role="alert">
          {polling.problem.value}{" "}
          <button type="button" class="link" onClick={() => void polling.read()}>Try again</button>
        </p>
      )}
      {system && (
        <>
          <div class="system-now">
            <p role="status">{summary(system)}</p>
            <p class="muted needs-script">
              {paused ? "Paused" : "Live, every 5 s"}, as of <Moment at={system.at} />
            </p>
            <button
              type="button"
              class="plain needs-script"
              onClick={() => polling.pause(!paused)}
            >
              <Icon name={paused ? "next" : "waiting"} /> {paused ? "Go on" : "Pause"}
            </button>
          </div>
          <Workers system={system} />
          <Organizations system={system} />
          <Doctor workplace={workplace} everything={system.everything} />
          <Versions system={system} />
        </>
      )}
    </div>
  );
}
export { SystemPage as island };

function Versions({ system: { versions, migrations } }: { readonly system: System }) {
  return (
    <section class="panel" aria-labelledby="versions-title">
      <header>
        <h2 id="versions-title">Versions</h2>
      </header>
      <dl class="facts">
        <dt>PFA Vanguard Sync</dt>
        <dd>{versions.product}</dd>
        <dt>Deno</dt>
        <dd>{versions.deno}</dd>
        <dt>Postgres</dt>
        <dd>{versions.postgres}</dd>
        <dt>Schema</dt>
        <dd>{versions.schema}</dd>
      </dl>
      <details>
        <summary>{plural(migrations.length, "migration")} applied</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label="Migrations">
          <table>
            <thead>
              <tr>
                <th scope="col">Migration</th>
                <th scope="col">Applied</th>
              </tr>
            </thead>
            <tbody>
              {migrations.map(({ number, name, appliedAt }) => (
                <tr key={number}>
                  <td>{name}</td>
                  <td>
                    <Moment at={appliedAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
