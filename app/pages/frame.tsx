/** The frame of a signed-in page: navigation, organization switcher, user menu, live regions. */
import type { ComponentChildren } from "preact";
import type { Permission } from "../../domain/permissions.ts";
import { Icon, type IconName } from "../../islands/icons.tsx";
import { island as Bell } from "../../islands/shell/bell.tsx";
import { Moment } from "../../islands/moment.tsx";
import { island as Shell } from "../../islands/shell/shell.tsx";
import { type Theme, THEMES } from "../../islands/theme.ts";
import type { Membership, Session, View } from "../env.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

export interface FrameProps {
  readonly session: Session;
  /** Undefined: the user belongs to none, or asked for one that is not theirs. */
  readonly organization: Membership | undefined;
  readonly path: string;
  readonly theme: Theme;
  readonly children: ComponentChildren;
}

interface Place {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  /** Beyond Read, which every page needs; one of several. */
  readonly needs?: Permission | ReadonlyArray<Permission>;
}

const PLACES: ReadonlyArray<Place> = [
  { path: "/", name: "CommandDeck", icon: "deck" },
  { path: "/grid", name: "GridLab", icon: "grid" },
  { path: "/timeline", name: "Timeline", icon: "timeline" },
  { path: "/conflicts", name: "Conflicts", icon: "conflict" },
  { path: "/history", name: "Sync History", icon: "history" },
];

/** In a menu of their own: looked at by fewer, and less often. */
const KEEPING: ReadonlyArray<Place> = [
  { path: "/metrics-dashboard", name: "Metrics", icon: "metrics" },
  { path: "/dead-letters", name: "Dead letters", icon: "letters", needs: "ManageSettings" },
  {
    path: "/admin",
    name: "Administration",
    icon: "lock",
    needs: ["ManageSettings", "ManageUsers"],
  },
  { path: "/audit", name: "Audit", icon: "audit", needs: "ManageSettings" },
  { path: "/system", name: "System", icon: "system", needs: "ManageSettings" },
];

const allowed = (places: ReadonlyArray<Place>, organization: Membership | undefined) =>
  places.filter(({ needs }) =>
    !needs || [needs].flat().some((one) => organization?.permissions.includes(one))
  );

const within = (path: string, organization: Pick<Membership, "code"> | undefined) =>
  organization ? `${path}?org=${encodeURIComponent(organization.code)}` : path;

export function Frame({ session, organization, path, theme, children }: FrameProps) {
  return (
    <>
      <a class="skip" href="#content">Skip to the content</a>
      {session.viewing && <Viewing view={session.viewing} session={session} />}
      <header class="bar">
        <a class="brand" href={within("/", organization)} aria-label="PFA Vanguard">
          <Mark />
          <span>
            PFA <b>Vanguard</b>
          </span>
        </a>
        <nav class="places" aria-label="Main">
          {allowed(PLACES, organization).map((place) => (
            <PlaceLink {...{ place, organization, path }} />
          ))}
        </nav>
        <Keeping {...{ organization, path }} />
        <button
          type="button"
          class="icon-button needs-scripts"
          data-palette
          aria-label="Command palette"
          aria-keyshortcuts="Control+K"
          title="Command palette (Ctrl+K)"
        >
          <Icon name="search" />
        </button>
        <Island
          name="bell"
          component={Bell}
          props={{
            codes: Object.fromEntries(session.organizations.map(({ id, code }) => [id, code])),
            ...(organization?.permissions.includes("Read") &&
              { workplace: workplaceOf(organization) }),
          }}
        />
        <Organizations {...{ session, organization, path }} />
        <UserMenu {...{ session, organization, path, theme }} />
      </header>
      <Island
        name="shell"
        component={Shell}
        props={{
          user: { username: session.user.username, displayName: session.user.displayName },
          places: allowed([...PLACES, ...KEEPING], organization)
            .map(({ path, name, icon }) => ({ path, name, icon })),
          organizations: session.organizations.map(({ code, name }) => ({ code, name })),
          ...(organization?.permissions.includes("Read") && {
            workplace: workplaceOf(organization),
            fields: fieldsFor(organization.permissions),
          }),
        }}
      />
      <main id="content" tabIndex={-1}>{children}</main>
    </>
  );
}

/** On top of every page: nobody forgets whose eyes they look through. */
function Viewing({ view, session }: Pick<FrameProps, "session"> & { readonly view: View }) {
  const [{ name, code }] = session.organizations as [Membership];
  return (
    <section class="viewing" aria-label="Viewing as somebody else">
      <Icon name="lock" />
      <p>
        You view <b>{name}</b> as <b>{session.user.displayName}</b>: nothing can be changed.{" "}
        Signed in as {view.by.displayName}, until <Moment at={view.until} />.
      </p>
      <form method="post" action="/view-as/end">
        <input type="hidden" name="next" value={`${within("/admin", { code })}&section=people`} />
        <button type="submit">Stop viewing</button>
      </form>
    </section>
  );
}

function PlaceLink({ place, organization, path }: {
  readonly place: Place;
  readonly organization: Membership | undefined;
  readonly path: string;
}) {
  return (
    <a
      href={within(place.path, organization)}
      aria-current={place.path === path ? "page" : undefined}
    >
      <Icon name={place.icon} />
      <span>{place.name}</span>
    </a>
  );
}

function Keeping({ organization, path }: Pick<FrameProps, "organization" | "path">) {
  const places = allowed(KEEPING, organization);
  const here = places.find((place) => place.path === path);
  return (
    <nav class="keeping" aria-label="Operations">
      <details class={here ? "menu here" : "menu"}>
        <summary>
          <Icon name={here?.icon ?? "system"} />
          <span>{here?.name ?? "Operations"}</span>
          <Icon name="chevron" />
        </summary>
        <ul>
          {places.map((place) => (
            <li>
              <PlaceLink {...{ place, organization, path }} />
            </li>
          ))}
        </ul>
      </details>
    </nav>
  );
}

export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M9 9.500l7 13.500 7-13.500" />
  </svg>
);

function Organizations({ session, organization, path }: Omit<FrameProps, "theme" | "children">) {
  const others = session.organizations;
  if (others.length < 2) return <span class="organization">{organization?.name}</span>;
  return (
    <details class="menu organization">
      <summary>
        <span class="visually-hidden">Organization:</span>
        <span class="cut">{organization?.name ?? "Choose an organization"}</span>
        <Icon name="chevron" />
      </summary>
      <ul>
        {others.map((other) => (
          <li>
            <a
              href={within(path, other)}
              aria-current={other.id === organization?.id ? "true" : undefined}
            >
              <span>{other.name}</span>
              <small>{other.code}</small>
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

const initials = (name: string) =>
  name.split(/\s+/).map((word) => word[0] ?? "").join("").slice(0, 2).toUpperCase();

function UserMenu({ session, organization, path, theme }: Omit<FrameProps, "children">) {
  const { displayName, username } = session.user;
  return (
    <details class="menu user">
      <summary>
        <span class="avatar" aria-hidden="true">{initials(displayName)}</span>
        <span class="visually-hidden">Your menu, {displayName}</span>
      </summary>
      <div>
        <p class="who">
          <b>{displayName}</b>
          <small>{username}</small>
        </p>
        {session.user.isAdmin && !organization && (
          <a class="button plain" href="/admin">Administration</a>
        )}
        {!session.viewing && (
          <a class="button plain" href={within("/account", organization)}>Your account</a>
        )}
        <ThemeForm theme={theme} next={within(path, organization)} />
        <form method="post" action="/logout">
          <button type="submit" class="plain">Sign out</button>
        </form>
      </div>
    </details>
  );
}

const THEME_WORDS = { system: "System", light: "Light", dark: "Dark" };

function ThemeForm({ theme, next }: { readonly theme: Theme; readonly next: string }) {
  return (
    <form class="themes" method="post" action="/theme" data-theme-form>
      <input type="hidden" name="next" value={next} />
      <fieldset>
        <legend>Theme</legend>
        {THEMES.map((name) => (
          <button
            type="submit"
            name="theme"
            value={name}
            aria-pressed={name === theme ? "true" : "false"}
          >
            <Icon name={name} />
            {THEME_WORDS[name]}
          </button>
        ))}
      </fieldset>
    </form>
  );
}
