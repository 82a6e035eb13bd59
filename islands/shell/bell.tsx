/** The bell: how many notifications are unread, the newest of them, and toasts for those that just came. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { Icon, type IconName } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { Inbox, type Notification, placeOf } from "./inbox.ts";

export interface BellProps {
  /** The user's organizations: a notification may come from any of them. */
  readonly codes: { readonly [organizationId: string]: string };
  readonly workplace?: Workplace;
}

const ICONS: { readonly [kind in Notification["kind"]]: IconName } = {
  conflict: "conflict",
  failure: "failed",
  outage: "alert",
  paused: "waiting",
  resumed: "check",
  credential: "lock",
};

function Bell({ codes, workplace }: BellProps) {
  const [inbox] = useState(() => new Inbox(codes, workplace));
  const open = useSignal(false);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => inbox.follow(), []);
  const { unread, newest, problem, nextCursor } = inbox;
  const count = unread.value;
  // The name holds what is seen, so that it can be spoken.
  const short = count > 99 ? "99+" : String(count);
  const some = newest.value.filter(({ readAt }) => readAt === null);
  return (
    <div class="bell">
      <button
        type="button"
        class="icon-button"
        aria-label={count === 0 ? "Notifications" : `Notifications, ${short} unread`}
        aria-expanded={open.value}
        popovertarget="notices"
      >
        <Icon name="bell" />
        {count > 0 && <span class="unread" aria-hidden="true">{short}</span>}
      </button>
      <div
        ref={panel}
        id="notices"
        popover="auto"
        class="notices"
        role="dialog"
        aria-label="Notifications"
        onToggle={(event) => {
          open.value = event.newState === "open";
          if (!open.value) return;
          void inbox.load();
          panel.current!.querySelector<HTMLElement>("button, a")?.focus();
        }}
      >
        <header>
          <h2>Notifications</h2>
          {some.length > 0 && (
            <button
              type="button"
              class="link"
              onClick={() => void inbox.read(some.map(({ id }) => id))}
            >
              Mark {some.length === count ? "all" : `these ${some.length}`} read
            </button>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label="Close"
            onClick={() => panel.current!.hidePopover()}
          >
            <Icon name="close" />
          </button>
        </header>
        {problem.value && <p class="wrong" role="alert">{problem.value}</p>}
        {newest.value.length === 0 && !problem.value && (
          <p class="nothing">
            <Icon name="check" />
            Nothing to tell. Conflicts and failures of your changes come here.
          </p>
        )}
        <ul>
          {newest.value.map((one) => (
            <li key={one.id} class={one.readAt === null ? "notice-line new" : "notice-line"}>
              <Icon name={ICONS[one.kind]} />
              <div>
                <a
                  href={placeOf(one, codes)}
                  onClick={() =>
                    void inbox.read([one.id])}
                >
                  {one.title}
                </a>
                {one.readAt === null && <span class="visually-hidden">, unread</span>}
                <p>{one.body}</p>
                <small class="muted">
                  {codes[one.organizationId]}, <Moment at={one.createdAt} />
                </small>
              </div>
              {one.readAt === null && (
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Mark read: ${one.title}`}
                  title="Mark read"
                  onClick={() => void inbox.read([one.id])}
                >
                  <Icon name="check" />
                </button>
              )}
            </li>
          ))}
        </ul>
        {nextCursor.value && (
          <button
            type="button"
            class="plain more"
            onClick={() => void inbox.more()}
          >
            Older ones
          </button>
        )}
        <p role="status" class="visually-hidden">
          {count === 0 ? "" : plural(count, "unread notification")}
        </p>
      </div>
    </div>
  );
}
export { Bell as island };
