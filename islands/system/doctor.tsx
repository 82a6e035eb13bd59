/** The doctor: what must always hold, looked at when somebody asks, each invariant in words. */
import { useSignal } from "@preact/signals";
import { call, Refusal } from "../api.ts";
import type { Workplace } from "../field.ts";
import { count } from "../format.ts";
import { Icon } from "../icons.tsx";
import { type Examination, examinationWords, type Finding, findingWords } from "./standing.ts";

interface DoctorProps {
  readonly workplace: Workplace;
  /** Every organization, for system administrators. */
  readonly everything: boolean;
}

export function Doctor({ workplace: { organizationId }, everything }: DoctorProps) {
  const found = useSignal<Examination | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const look = async () => {
    busy.value = true;
    problem.value = undefined;
    try {
      const asked = { organizationId, ...(everything && { everything }) };
      found.value = await call<Examination>("/api/admin/system/doctor", asked);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.value = `Nothing was found out. ${error.message}`;
    }
    busy.value = false;
  };
  const now = found.value;
  return (
    <section class="panel group" aria-labelledby="doctor-title">
      <header>
        <h2 id="doctor-title">Doctor</h2>
      </header>
      <p class="muted">
        Looks at what must always hold, changes nothing, and gives up on what takes longer than 5 s.
      </p>
      <div class="job-acts needs-script">
        <button type="button" class="plain" disabled={busy.value} onClick={() => void look()}>
          <Icon name="search" /> {now ? "Look again" : "Look now"}
        </button>
      </div>
      <p role="status">{busy.value ? "Looking…" : now ? examinationWords(now) : ""}</p>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      {now && (
        <ul class="findings" aria-label="Invariants">
          {now.findings.map((finding) => <FindingLine key={finding.invariant} {...{ finding }} />)}
        </ul>
      )}
    </section>
  );
}

const lookOf = ({ broken }: Finding) =>
  broken === 0 ? "synced" : broken === null ? "unknown" : "failed";

function FindingLine({ finding }: { readonly finding: Finding }) {
  const { invariant, broken, violations } = finding;
  const look = lookOf(finding);
  return (
    <li class={`of-${look}`}>
      <p>
        <Icon name={look} />
        <span>
          {capital(invariant)}: <b>{findingWords(finding)}</b>
        </span>
      </p>
      {violations.length > 0 && (
        <ul>
          {violations.map(({ organization, id, what }) => (
            <li key={`${organization} ${id} ${what}`}>
              {organization} <span class="mono">{id}</span>: {what}
            </li>
          ))}
          {broken !== null && broken > violations.length && (
            <li>and {count(broken - violations.length)} more</li>
          )}
        </ul>
      )}
    </li>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
