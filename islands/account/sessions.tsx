/** Where somebody is signed in, and the ways to end that: of oneself, or of a person one manages. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Sessions as SessionPage } from "../../app/account_shapes.ts";
import { call, send } from "../api.ts";
import { useAttempt } from "../attempt.ts";
import { deviceOf } from "../device.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Loaded } from "../listing.ts";
import { Moment } from "../moment.tsx";
import { toast } from "../toasts.tsx";

type Session = (typeof SessionPage.Type)["sessions"][number];
export type LoadedSessions = Loaded<typeof SessionPage.Type>;

interface SessionsProps {
  /** Where they are listed and ended. */
  readonly path: string;
  /** Where all of them are ended, but this one. */
  readonly endPath: string;
  /** Whose; undefined: one's own. */
  readonly name?: string;
  /** Undefined: they are read here. */
  readonly loaded?: LoadedSessions;
}

export function Sessions({ path, endPath, name, loaded }: SessionsProps) {
  const rows = useSignal<ReadonlyArray<Session> | undefined>(loaded?.page?.sessions);
  const { busy, problem, run } = useAttempt();
  const read = async () => {
    rows.value = (await call<typeof SessionPage.Type>(path)).sessions;
  };
  useEffect(() => {
    if (loaded === undefined) void run(read);
  }, []);
  const end = (session: Session) =>
    void run(async () => {
      await send("DELETE", `${path}/${session.id}`);
      toast("info", `Session ended: ${deviceOf(session.userAgent)}`);
      await read();
    });
  const endAll = () =>
    void run(async () => {
      const { ended } = await call<{ ended: number }>(endPath, {});
      toast("info", `${plural(ended, "session")} ended`);
      await read();
    });
  const others = rows.value?.filter(({ current }) => !current) ?? [];
  const said = problem.value ?? loaded?.problem;
  return (
    <>
      {said && <p class="problem" role="alert">{said}</p>}
      {rows.value === undefined && !said && <p role="status">Looking…</p>}
      {rows.value?.length === 0 && (
        <p class="nothing">
          <Icon name="info" /> {name} is signed in nowhere.
        </p>
      )}
      <ul class="entries" aria-busy={busy.value}>
        {rows.value?.map((session) => (
          <SessionLine
            key={session.id}
            session={session}
            busy={busy.value}
            end={() => end(session)}
          />
        ))}
      </ul>
      {others.length > 0 && (
        <button
          type="button"
          class="plain danger needs-script"
          disabled={busy.value}
          onClick={endAll}
        >
          {name === undefined ? `End all ${others.length} others` : `End all ${others.length}`}
        </button>
      )}
    </>
  );
}

interface SessionLineProps {
  readonly session: Session;
  readonly busy: boolean;
  readonly end: () => void;
}

function SessionLine({ session, busy, end }: SessionLineProps) {
  const { userAgent, address, createdAt, lastUsedAt, expiresAt, current } = session;
  const device = deviceOf(userAgent);
  return (
    <li class="entry">
      <div class="entry-main">
        <p class="entry-title">
          <b title={userAgent ?? undefined}>{device}</b>
          {current && (
            <span class="tag tag-good">
              <Icon name="check" /> this one
            </span>
          )}
        </p>
        <p class="muted">
          {address && <>from {address},{" "}</>}
          since <Moment at={createdAt} />; {lastUsedAt === null ? "not used yet" : (
            <>
              last used <Moment at={lastUsedAt} />
            </>
          )}; ends <Moment at={expiresAt} />
        </p>
      </div>
      {!current && (
        <button
          type="button"
          class="plain needs-script"
          disabled={busy}
          aria-label={`End the session of ${device}`}
          onClick={end}
        >
          End
        </button>
      )}
    </li>
  );
}
