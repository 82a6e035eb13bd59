/** A replay as it goes: its stages, how far they are, what is true of it now, and the ways to stop it. */
import { useSignal } from "@preact/signals";
import { call, Refusal } from "../api.ts";
import type { Workplace } from "../field.ts";
import { count } from "../format.ts";
import { Icon, type IconName } from "../icons.tsx";
import { toast } from "../toasts.tsx";
import { doneOf, type Replay, replayWords, type Stage, stagesOf } from "./replaying.ts";

interface ProgressProps {
  readonly jobId: string;
  readonly replay: Replay;
  /** Letters it was planned for. */
  readonly total: number;
  readonly workplace: Workplace;
  readonly changed: () => void;
}

const ICONS: { readonly [state in Stage["state"]]: IconName } = {
  done: "check",
  now: "syncing",
  ahead: "waiting",
  ended: "failed",
  left: "close",
};
const WORDS: { readonly [state in Stage["state"]]: string } = {
  done: "done",
  now: "under way",
  ahead: "to come",
  ended: "ended here",
  left: "not sent",
};

export function ReplayProgress({ jobId, replay, total, workplace, changed }: ProgressProps) {
  const { state } = replay;
  const isOpen = state === "running" || state === "paused";
  return (
    <div class="replay">
      {isOpen && (
        <progress
          max={total}
          value={doneOf(replay)}
          aria-label="Dead letters done with"
        />
      )}
      <ol class="stages">
        {stagesOf(replay, total).map((stage, at) => (
          <li key={at} class={`stage-${stage.state}`}>
            <Icon name={ICONS[stage.state]} spin={stage.state === "now" && state === "running"} />
            <span>
              <b>{stage.name}{stage.size > 1 && ` ${count(stage.size)}`}</b>{" "}
              <small>
                {(stage.state === "now" || stage.state === "ended") && stage.size > 1
                  ? `${count(stage.reached)} of ${count(stage.size)} sent`
                  : WORDS[stage.state]}
              </small>
            </span>
          </li>
        ))}
      </ol>
      <p class={state === "stopped" ? "wrong" : undefined} role="status">
        {replayWords(replay, total)}
      </p>
      {isOpen && workplace.mayManage && <Turns {...{ jobId, state, changed }} />}
    </div>
  );
}

interface TurnsProps {
  readonly jobId: string;
  readonly state: Replay["state"];
  readonly changed: () => void;
}

/** Aborting asks nobody twice: nothing is lost by it, and another replay may follow. */
function Turns({ jobId, state, changed }: TurnsProps) {
  const busy = useSignal(false);
  const turn = async (word: "pause" | "resume" | "abort") => {
    busy.value = true;
    try {
      await call(`/api/pems/sync-jobs/${jobId}/${word}`, {});
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      toast("bad", error.message);
    }
    busy.value = false;
    changed();
  };
  return (
    <div class="job-acts needs-script">
      {state === "running"
        ? (
          <button
            type="button"
            class="plain"
            disabled={busy.value}
            onClick={() => void turn("pause")}
          >
            <Icon name="waiting" /> Pause
          </button>
        )
        : (
          <button
            type="button"
            class="plain"
            disabled={busy.value}
            onClick={() => void turn("resume")}
          >
            <Icon name="next" /> Go on
          </button>
        )}
      <button
        type="button"
        class="plain danger"
        disabled={busy.value}
        title="What is on the way arrives; all others stay dead letters"
        onClick={() => void turn("abort")}
      >
        <Icon name="close" /> Abort
      </button>
    </div>
  );
}
