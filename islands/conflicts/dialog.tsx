/** The conflict dialog: base, mine, PEMS and the result side by side, one decision per field, the next conflict. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LiveMessage } from "../../domain/event.ts";
import { call, query, Refusal } from "../api.ts";
import { asked, close, open } from "../asked.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { liveOf } from "../live.ts";
import { Modal } from "../modal.tsx";
import type { DialogProps } from "../shell/dialogs.tsx";
import { toast } from "../toasts.tsx";
import { Comparison } from "./comparison.tsx";
import { type Conflict, type ConflictPage, KIND_WORDS } from "./conflict.ts";
import { Deciding } from "./deciding.ts";
import { resolvedHere } from "./news.ts";
import { Ended, Story, Verdict } from "./verdict.tsx";

/** The most that next and previous walk through. */
const WALKED = "500";

type Shown =
  | { readonly _tag: "loading" }
  | { readonly _tag: "failed"; readonly message: string }
  | { readonly _tag: "shown"; readonly deciding: Deciding };

export function Dialog({ id, workplace, fields }: DialogProps) {
  const state = useSignal<Shown>({ _tag: "loading" });
  const ids = useSignal<ReadonlyArray<string>>([]);
  const shownId = () => {
    const now = state.peek();
    return now._tag === "shown" ? now.deciding.conflict.id : undefined;
  };
  const show = async () => {
    try {
      const conflict = await call<Conflict>(`/api/pems/conflicts/${encodeURIComponent(id)}`);
      if (asked.peek()?.id !== id) return;
      const known = state.peek();
      const same = known._tag === "shown" && shownId() === id &&
        known.deciding.conflict.status === conflict.status &&
        known.deciding.conflict.waiting.length === conflict.waiting.length;
      if (same) return;
      const deciding = new Deciding(conflict, fields, workplace);
      state.value = { _tag: "shown", deciding };
      deciding.judge();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (asked.peek()?.id !== id) return;
      // What is shown and chosen outlives a refresh that does not get through.
      if (state.peek()._tag === "shown" && shownId() === id && error.status !== 404) return;
      const message = error.status === 404 ? "There is no such conflict here." : error.message;
      state.value = { _tag: "failed", message };
    }
  };
  useEffect(() => {
    void show();
    const about = (message: LiveMessage) => {
      const now = state.peek();
      const pfaId = now._tag === "shown" ? now.deciding.conflict.pfaId : undefined;
      if ("pfaId" in message && message.pfaId === pfaId) void show();
      if (message.type === "SYNC_QUEUED" || message.type === "SNAPSHOT") void show();
    };
    return liveOf(workplace.organizationId).listen(about);
  }, [id]);
  useEffect(() => void openOnes(workplace.organizationId).then((all) => ids.value = all), []);
  const at = ids.value.indexOf(id);
  useEffect(() => {
    const step = (by: number) => walk(ids.peek(), by);
    const keys = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
      const typing = (target as Element).matches("input:not([type=radio]), select, textarea");
      if (typing || ctrlKey || metaKey || altKey) return;
      if (key === "n") step(1);
      if (key === "p") step(-1);
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);
  const now = state.value;
  const conflict = now._tag === "shown" ? now.deciding.conflict : undefined;
  return (
    <Modal
      size="wide"
      title={conflict === undefined ? "Conflict" : `Conflict of ${conflict.pfaId}`}
      aside={
        <>
          {conflict && <span class="tag">{KIND_WORDS[conflict.kind]}</span>}
          {ids.value.length > 1 && (
            <Walk
              at={at}
              of={ids.value.length}
              step={(by) => walk(ids.peek(), by)}
            />
          )}
        </>
      }
      close={close}
    >
      {now._tag === "loading" && <p class="modal-wait" role="status">Loading the conflict…</p>}
      {now._tag === "failed" && <p class="problem" role="alert">{now.message}</p>}
      {now._tag === "shown" && (
        <Body
          key={now.deciding.conflict.id}
          deciding={now.deciding}
          done={() => {
            const rest = ids.peek().filter((one) => one !== id);
            const next = ids.peek()[at + 1] ?? rest[0];
            ids.value = rest;
            if (next === undefined) close();
            else open({ name: "conflict", id: next });
          }}
          again={show}
        />
      )}
    </Modal>
  );
}

const openOnes = (organizationId: string): Promise<ReadonlyArray<string>> =>
  call<ConflictPage>(
    `/api/pems/conflicts?${query({ organizationId, status: "unresolved", limit: WALKED })}`,
  ).then(({ conflicts }) => conflicts.map(({ id }) => id), () => []);

/** From the conflict the address asks for, which is ahead of what is drawn while keys come fast. */
function walk(ids: ReadonlyArray<string>, by: number): void {
  const id = asked.peek()?.id ?? "";
  const at = ids.indexOf(id);
  const next = ids[at < 0 ? 0 : (at + by + ids.length) % ids.length];
  if (next !== undefined && next !== id) open({ name: "conflict", id: next });
}

interface WalkProps {
  readonly at: number;
  readonly of: number;
  readonly step: (by: number) => void;
}

const Walk = ({ at, of, step }: WalkProps) => (
  <span class="walk">
    <button
      type="button"
      class="icon-button back"
      aria-label="Previous conflict"
      aria-keyshortcuts="p"
      title="Previous conflict (p)"
      onClick={() => step(-1)}
    >
      <Icon name="next" />
    </button>
    <span>{at < 0 ? `${of} open` : `${at + 1} of ${of}`}</span>
    <button
      type="button"
      class="icon-button"
      aria-label="Next conflict"
      aria-keyshortcuts="n"
      title="Next conflict (n)"
      onClick={() => step(1)}
    >
      <Icon name="next" />
    </button>
  </span>
);

interface BodyProps {
  readonly deciding: Deciding;
  /** The conflict is resolved: on to the next. */
  readonly done: () => void;
  /** Somebody else has: show what they decided. */
  readonly again: () => Promise<void>;
}

function Body({ deciding, done, again }: BodyProps) {
  const { conflict } = deciding;
  const resolve = async () => {
    try {
      await deciding.resolve();
      resolvedHere.value++;
      toast("good", OUTCOMES[deciding.mode.peek()](conflict.pfaId));
      done();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      deciding.refuse(error);
      if (error.status !== 409) return;
      resolvedHere.value++;
      toast("info", "Somebody was first. Nothing of yours was sent; see what they decided.");
    }
  };
  const preview = deciding.preview.value;
  const second = preview._tag === "refused" && preview.refusal.status === 409;
  useEffect(() => void (second && again()), [second]);
  return (
    <>
      <div class="modal-body">
        <Story conflict={conflict} />
        {conflict.status !== "unresolved" && <Ended conflict={conflict} />}
        <Comparison deciding={deciding} />
        {conflict.waiting.length > 0 && <Behind conflict={conflict} />}
      </div>
      {deciding.open && <Verdict deciding={deciding} resolve={() => void resolve()} />}
      {conflict.status === "unresolved" && !deciding.open && (
        <footer class="modal-foot">
          <p class="muted">You may look at it; deciding needs the permission Sync.</p>
        </footer>
      )}
    </>
  );
}

const OUTCOMES = {
  use_local: (pfaId: string) => `Your values of ${pfaId} go to PEMS`,
  use_pems: (pfaId: string) => `${pfaId} keeps what PEMS has`,
  merge: (pfaId: string) => `The merge of ${pfaId} goes to PEMS`,
};

function Behind({ conflict: { waiting } }: { readonly conflict: Conflict }) {
  const names = [...new Set(waiting.map(({ userName }) => userName))].join(", ");
  return (
    <p class="behind">
      <Icon name="waiting" />
      {plural(waiting.length, "later change")} of this record by {names}{" "}
      {waiting.length === 1 ? "waits" : "wait"} for your decision, to be checked anew after it.
    </p>
  );
}
