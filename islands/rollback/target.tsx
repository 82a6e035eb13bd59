/** Going back to one version: what it changes, why, and how far it is. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LiveMessage } from "../../domain/event.ts";
import type { SyncState } from "../../domain/status.ts";
import { Refusal } from "../api.ts";
import { Badge, explanation } from "../badge.tsx";
import type { FieldMeta, Workplace } from "../field.ts";
import { written } from "../format.ts";
import { Icon } from "../icons.tsx";
import { liveOf } from "../live.ts";
import { plainValue, type Value } from "../record.ts";
import { type Change, previewRollback, rollBack, type Version } from "./rollback.ts";

interface TargetProps {
  readonly pfaId: string;
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly version: Version;
  readonly present: Version;
}

type Preview = ReadonlyArray<Change> | { readonly problem: string } | undefined;
type Progress = { readonly modificationId: string | null; readonly sync: SyncState } | undefined;

export function Target({ pfaId, workplace, fields, version, present }: TargetProps) {
  const preview = useSignal<Preview>(undefined);
  const also = useSignal<ReadonlySet<string>>(new Set());
  const problem = useSignal<string | undefined>(undefined);
  const progress = useSignal<Progress>(undefined);
  const busy = useSignal(false);
  const { organizationId, mayManage } = workplace;
  useEffect(() => {
    if (!mayManage) {
      preview.value = between(version, present, fields);
      return;
    }
    void previewRollback({ organizationId, pfaId }, version.version).then(
      (changes) => preview.value = changes,
      (error) => preview.value = { problem: error.message },
    );
  }, []);
  useEffect(() =>
    liveOf(organizationId).listen((message: LiveMessage) => {
      const now = progress.peek();
      if (!("modificationId" in message) || message.modificationId !== now?.modificationId) return;
      progress.value = { modificationId: now.modificationId, sync: message.sync };
    }), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason"));
    busy.value = true;
    problem.value = undefined;
    try {
      const asked = { organizationId, pfaId, targetVersion: version.version, reason };
      const { modificationId } = await rollBack({ ...asked, fields: [...also.peek()] });
      progress.value = { modificationId, sync: { status: modificationId ? "queued" : "clean" } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.value = error.errors.map(({ message }) => message).join(" ") || error.message;
    }
    busy.value = false;
  };
  const now = preview.value;
  if (now === undefined) return <p role="status">Comparing…</p>;
  if ("problem" in now) return <p class="problem" role="alert">{now.problem}</p>;
  const done = progress.value;
  return (
    <form class="target" onSubmit={(event) => void submit(event)}>
      <h3>Back to version {version.version}</h3>
      <Changes {...{ fields, also }} changes={now} />
      {done !== undefined
        ? (
          <p class="target-progress" role="status">
            <Badge sync={done.sync} />
            {done.modificationId ? explanation(done.sync) : "What was pending is cancelled."}
          </p>
        )
        : (
          <Ask
            {...{ mayManage, busy: busy.value, problem: problem.value }}
            nothing={now.every(({ field, changedSince }) => changedSince && !also.value.has(field))}
          />
        )}
    </form>
  );
}

/** The difference itself, for who may look but not go back. */
const between = (
  { data: to }: Version,
  { data: from }: Version,
  fields: ReadonlyArray<FieldMeta>,
): ReadonlyArray<Change> =>
  fields.filter(({ name }) => plainValue(from[name]) !== plainValue(to[name]))
    .map(({ name }) => ({ field: name, from: from[name], to: to[name], changedSince: false }));

interface ChangesProps {
  readonly changes: ReadonlyArray<Change>;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly also: { value: ReadonlySet<string> };
}

function Changes({ changes, fields, also }: ChangesProps) {
  if (changes.length === 0) {
    return <p class="muted">Nothing differs from what the record is now.</p>;
  }
  const toggle = (field: string, on: boolean) => {
    const next = new Set(also.value);
    on ? next.add(field) : next.delete(field);
    also.value = next;
  };
  return (
    <ul class="changes">
      {changes.map(({ field, from, to, changedSince }) => {
        const meta = fields.find(({ name }) => name === field);
        const text = (value: unknown) =>
          meta ? written(meta.kind, plainValue(value as Value)) || "nothing" : "hidden";
        const words = (
          <span>
            {meta?.label ?? "An amount you may not see"}: <del>{text(from)}</del>{" "}
            <ins>{text(to)}</ins>
          </span>
        );
        return (
          <li key={field}>
            {changedSince
              ? (
                <label class="since">
                  <input
                    type="checkbox"
                    checked={also.value.has(field)}
                    onChange={({ currentTarget }) => toggle(field, currentTarget.checked)}
                  />
                  <span>
                    {words}
                    <small>Others changed it since: tick to undo that too</small>
                  </span>
                </label>
              )
              : words}
          </li>
        );
      })}
    </ul>
  );
}

interface AskProps {
  readonly mayManage: boolean;
  readonly busy: boolean;
  readonly nothing: boolean;
  readonly problem: string | undefined;
}

function Ask({ mayManage, busy, nothing, problem }: AskProps) {
  if (!mayManage) {
    return <p class="muted">Going back needs the permission ManageSettings.</p>;
  }
  return (
    <>
      <label class="reason">
        <span>Why?</span>
        <input name="reason" required maxLength={1000} autocomplete="off" />
      </label>
      {problem && <p class="wrong" role="alert">{problem}</p>}
      <button type="submit" class="primary" disabled={busy || nothing}>
        <Icon name="undo" /> Roll back
      </button>
    </>
  );
}
