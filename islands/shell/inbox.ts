/** One's notifications in the tab: kept by the server until they are read, brought up to date by live news. */
import { batch, type Signal, signal } from "@preact/signals";
import type { Notifications } from "../../app/sync_shapes.ts";
import type { LiveMessage } from "../../domain/event.ts";
import { call, query, Refusal } from "../api.ts";
import { open } from "../asked.ts";
import type { ConflictPage } from "../conflicts/conflict.ts";
import type { Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { liveOf } from "../live.ts";
import { toast } from "../toasts.tsx";

export type NotificationPage = typeof Notifications.Type;
export type Notification = NotificationPage["notifications"][number];

const SHOWN = "30";
/** A burst of conflicts is read, and told, once. */
const BREATH_MS = 400;
/** More at once are told in one toast. */
const TOLD_APART = 2;

/** Where a notification leads. */
export function placeOf(
  { kind, organizationId, pfaId }: Pick<Notification, "kind" | "organizationId" | "pfaId">,
  codes: { readonly [organizationId: string]: string },
): string {
  const org = encodeURIComponent(codes[organizationId] ?? "");
  const record = pfaId ? encodeURIComponent(pfaId) : "";
  if (kind === "conflict") return `/conflicts?org=${org}&pfaId=${record}&status=any`;
  if (kind === "failure") return `/grid?org=${org}&q=${record}`;
  if (kind === "credential") return `/admin?org=${org}`;
  return `/history?org=${org}`;
}

export class Inbox {
  readonly unread: Signal<number> = signal(0);
  readonly newest: Signal<ReadonlyArray<Notification>> = signal([]);
  readonly problem: Signal<string | undefined> = signal(undefined);
  readonly nextCursor: Signal<string | null> = signal(null);
  readonly #codes: { readonly [organizationId: string]: string };
  readonly #workplace: Workplace | undefined;
  /** The newest that was known before: later ones have just come. Undefined before the first answer. */
  #known: string | undefined;
  #breath: ReturnType<typeof setTimeout> | undefined;

  constructor(
    codes: { readonly [organizationId: string]: string },
    workplace: Workplace | undefined,
  ) {
    this.#codes = codes;
    this.#workplace = workplace;
  }

  /** Returns the way to stop. */
  follow(): () => void {
    // Together with the first snapshot, where one comes soon.
    this.#soon();
    if (this.#workplace === undefined) return () => {};
    return liveOf(this.#workplace.organizationId).listen((message: LiveMessage) => {
      // What notifies of an outage or a pause changes the health as well.
      if (["SNAPSHOT", "SYNC_CONFLICT", "SYNC_FAILED", "HEALTH"].includes(message.type)) {
        this.#soon();
      }
    });
  }

  #soon() {
    this.#breath ??= setTimeout(() => {
      this.#breath = undefined;
      void this.load();
    }, BREATH_MS);
  }

  async load(): Promise<void> {
    await this.#trying(async () => {
      const page = await call<NotificationPage>(`/api/notifications?${query({ limit: SHOWN })}`);
      const before = this.#known;
      this.#known = page.notifications[0]?.id ?? "";
      batch(() => {
        this.unread.value = page.unread;
        this.newest.value = page.notifications;
        this.nextCursor.value = page.nextCursor;
      });
      // Ids are in order of time.
      if (before !== undefined) this.#tell(page.notifications.filter(({ id }) => id > before));
    });
  }

  async more(): Promise<void> {
    await this.#trying(async () => {
      const cursor = this.nextCursor.peek() ?? undefined;
      const page = await call<NotificationPage>(
        `/api/notifications?${query({ limit: SHOWN, cursor })}`,
      );
      batch(() => {
        this.newest.value = [...this.newest.peek(), ...page.notifications];
        this.nextCursor.value = page.nextCursor;
      });
    });
  }

  async read(ids: ReadonlyArray<string>): Promise<void> {
    await this.#trying(async () => {
      const { read } = await call<{ read: number }>("/api/notifications/read", { ids });
      const at = new Date().toISOString();
      batch(() => {
        this.unread.value = Math.max(0, this.unread.peek() - read);
        this.newest.value = this.newest.peek().map((one) =>
          ids.includes(one.id) && one.readAt === null ? { ...one, readAt: at } : one
        );
      });
    });
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.problem.value = undefined;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problem.value = error.message;
    }
  }

  #tell(came: ReadonlyArray<Notification>) {
    const fresh = came.filter(({ readAt }) => readAt === null);
    if (fresh.length > TOLD_APART) return this.#tellTogether(fresh);
    for (const one of fresh) {
      toast(one.kind === "resumed" ? "info" : "bad", one.title, {
        label: one.kind === "conflict" ? "Resolve" : "View",
        run: () => {
          void this.read([one.id]);
          void this.#go(one);
        },
      });
    }
  }

  /** A conflict of this organization opens over the page one is on; all else has a page of its own. */
  async #go(one: Notification): Promise<void> {
    const { kind, organizationId, pfaId } = one;
    if (kind === "conflict" && pfaId && organizationId === this.#workplace?.organizationId) {
      const asked = query({ organizationId, pfaId, status: "unresolved", limit: "1" });
      const found = await call<ConflictPage>(`/api/pems/conflicts?${asked}`).catch(() => undefined);
      const [conflict] = found?.conflicts ?? [];
      if (conflict) return open({ name: "conflict", id: conflict.id });
    }
    location.assign(placeOf(one, this.#codes));
  }

  #tellTogether(fresh: ReadonlyArray<Notification>) {
    const conflicts = fresh.filter(({ kind }) => kind === "conflict");
    const org = encodeURIComponent(this.#workplace?.organizationCode ?? "");
    toast("bad", `${plural(fresh.length, "change")} of yours need you`, {
      label: conflicts.length > 0 ? "Resolve" : "View",
      run: () =>
        location.assign(
          conflicts.length > 0 ? `/conflicts?org=${org}` : `/grid?org=${org}&status=attention`,
        ),
    });
  }
}
