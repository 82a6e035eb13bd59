/** The connection to PEMS: how it stands, a trial of it, pausing, its settings and its key. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Icon, type IconName } from "../icons.tsx";
import type { Loaded } from "../listing.ts";
import { Moment } from "../moment.tsx";
import type { Branch, Organization } from "./office.ts";
import { Pausing } from "./pausing.tsx";
import { PemsForm } from "./pems_form.tsx";
import { Settings } from "./settings.ts";
import { Trial } from "./trial.tsx";

interface ConnectionProps {
  readonly branch: Branch;
  readonly isAdmin: boolean;
  readonly loaded: Loaded<Organization>;
  /** When the page was drawn: ages count from then. */
  readonly now: string;
}

export function Connection({ branch, isAdmin, loaded, now }: ConnectionProps) {
  const [settings] = useState(() => new Settings(branch, loaded));
  useEffect(settings.follow, []);
  const asking = useSignal(false);
  const organization = settings.now.value;
  if (organization === undefined) {
    return <p class="problem" role="alert">{settings.problem.value}</p>;
  }
  const { tone, icon, title, about } = stateOf(organization);
  const { pause } = organization;
  return (
    <>
      <section class="panel" aria-labelledby="state-title">
        <h2 id="state-title">Connection</h2>
        {settings.problem.value && <p class="problem" role="alert">{settings.problem.value}</p>}
        <div class={`state state-${tone}`} role="status">
          <Icon name={icon} />
          <div>
            <p>
              <b>{title}</b>
              {pause && (
                <span class="muted state-since">
                  since <Moment at={pause.since} />
                </span>
              )}
            </p>
            <p>{about}</p>
            {pause?.reason && <q>{pause.reason}</q>}
          </div>
        </div>
        <Trial organization={organization}>
          <button type="button" class="plain needs-script" onClick={() => asking.value = true}>
            <Icon name={pause ? "send" : "waiting"} /> {pause ? "Resume…" : "Pause…"}
          </button>
        </Trial>
        {asking.value && (
          <Pausing
            organization={organization}
            close={() => asking.value = false}
            done={() => void settings.read()}
          />
        )}
      </section>
      <PemsForm {...{ settings, isAdmin, now }} />
    </>
  );
}

interface State {
  readonly tone: "good" | "bad" | "waiting";
  readonly icon: IconName;
  readonly title: string;
  readonly about: string;
}

const PAUSES: { readonly [by: string]: readonly [title: string, about: string] } = {
  credentials: [
    "Paused: PEMS refuses our key",
    "Changes wait and no attempt is spent. A new key below resumes it by itself.",
  ],
  rewind: [
    "Paused: PEMS went back to an earlier state",
    "Look at PEMS first. Resuming takes its present state over before anything is written.",
  ],
};

function stateOf({ code, pause, connection }: Organization): State {
  if (pause !== null) {
    const [title, about] = PAUSES[pause.by] ?? [
      `Paused by ${pause.userName ?? "an administrator"}`,
      "Nothing is written to PEMS; reading goes on. Changes wait and lose nothing.",
    ];
    return {
      tone: pause.by === "administrator" ? "waiting" : "bad",
      icon: "waiting",
      title,
      about,
    };
  }
  if (connection === null) {
    return {
      tone: "waiting",
      icon: "info",
      title: "No PEMS is set up",
      about: `Tell below where the PEMS of ${code} is. Until then changes wait here.`,
    };
  }
  return connection.circuit === "closed"
    ? {
      tone: "good",
      icon: "check",
      title: "Connected",
      about: `${connection.baseUrl}, at most ${connection.rateLimit} calls per second.`,
    }
    : {
      tone: "bad",
      icon: "alert",
      title: "PEMS does not answer",
      about: "It is asked again every few seconds. Changes wait, and no attempt is spent.",
    };
}
