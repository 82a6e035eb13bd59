/** The workers: whether each lives, what it runs, and which records it holds. */
import { duration, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { isAlive, type System, type Worker } from "./standing.ts";

export function Workers({ system }: { readonly system: System }) {
  const { workers, organizations } = system;
  const leases = organizations.flatMap(({ code, leases }) =>
    leases.map((lease) => ({ ...lease, code }))
  );
  return (
    <section class="panel" aria-labelledby="workers-title">
      <header>
        <h2 id="workers-title">Workers</h2>
      </header>
      {workers.length === 0 && (
        <p class="problem" role="alert">
          No worker has been seen for a day: nothing is sent. Start one with deno task worker.
        </p>
      )}
      <ul class="entries">
        {workers.map((worker) => (
          <li key={worker.id} class="entry">
            <div class="entry-main">
              <WorkerHead worker={worker} />
              <Held leases={leases.filter(({ workerId }) => workerId === worker.id)} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function WorkerHead({ worker }: { readonly worker: Worker }) {
  const { id, startedAt, lastSeenAt, secondsUnseen, version, inFlight } = worker;
  const alive = isAlive(worker);
  const look = alive ? "synced" : "failed";
  return (
    <>
      <p class="entry-title">
        <b class="mono">{id.slice(-12)}</b>
        <span class={`badge badge-${look}`}>
          <Icon name={look} />
          <span>{alive ? "At work" : "Not seen"}</span>
        </span>
        {version && <span class="tag">Version {version}</span>}
      </p>
      <p class="muted entry-when">
        Last heartbeat <Moment at={lastSeenAt} />
        {secondsUnseen > 1 && `, ${duration(secondsUnseen)} before`}; started{" "}
        <Moment at={startedAt} />
        {inFlight !== null && `; ${plural(inFlight, "call")} in flight`}
      </p>
    </>
  );
}

interface HeldProps {
  readonly leases: ReadonlyArray<
    System["organizations"][number]["leases"][number] & { code: string }
  >;
}

function Held({ leases }: HeldProps) {
  if (leases.length === 0) return <p class="muted">Holds no record here.</p>;
  return (
    <details>
      <summary>Holds {plural(leases.length, "record")}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Records that are held">
        <table>
          <thead>
            <tr>
              <th scope="col">Record</th>
              <th scope="col">Organization</th>
              <th scope="col">On the wire since</th>
              <th scope="col">Held until</th>
              <th scope="col">Attempts spent</th>
            </tr>
          </thead>
          <tbody>
            {leases.map(({ pfaId, code, since, until, attempts }) => (
              <tr key={`${code} ${pfaId}`}>
                <td>{pfaId}</td>
                <td>{code}</td>
                <td>{since === null ? "about to be sent" : <Moment at={since} />}</td>
                <td>
                  <Moment at={until} />
                </td>
                <td>{attempts}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
