/** One's own account: where one is signed in, one's API tokens, one's password. */
import type { Tokens as TokenPage } from "../../app/account_shapes.ts";
import type { Permission } from "../../domain/permissions.ts";
import type { PermissionGroup } from "../../domain/roles.ts";
import type { Loaded } from "../listing.ts";
import { type Tab, Tabs } from "../tabs.tsx";
import { Password } from "./password.tsx";
import { type LoadedSessions, Sessions } from "./sessions.tsx";
import { Tokens } from "./tokens.tsx";

export type ShownAccount =
  | { readonly section: "sessions"; readonly loaded: LoadedSessions }
  | {
    readonly section: "tokens";
    readonly loaded: Loaded<typeof TokenPage.Type>;
    readonly groups: ReadonlyArray<PermissionGroup>;
    readonly held: ReadonlyArray<Permission>;
    readonly now: string;
  }
  | { readonly section: "password" };

export interface AccountProps {
  readonly user: { readonly displayName: string; readonly username: string };
  readonly tabs: ReadonlyArray<Tab>;
  readonly shown: ShownAccount;
}

const WORDS = {
  sessions: ["Sessions", "Where you are signed in. End what you do not know."],
  tokens: ["API tokens", "What programs use to work in your name."],
  password: ["Password", "Changing it ends your other sessions; tokens go on."],
} as const;

function Account({ user, tabs, shown }: AccountProps) {
  const [title, about] = WORDS[shown.section];
  return (
    <div class="page">
      <header class="page-head">
        <h1>Your account</h1>
        <p class="muted">{user.displayName}</p>
      </header>
      <Tabs tabs={tabs} label="Sections of your account" />
      <section class="panel" aria-labelledby="section-title">
        <h2 id="section-title">{title}</h2>
        <p class="muted">{about}</p>
        <Section user={user} shown={shown} />
      </section>
    </div>
  );
}
export { Account as island };

function Section({ user, shown }: Omit<AccountProps, "tabs">) {
  switch (shown.section) {
    case "sessions":
      return (
        <Sessions
          path="/api/auth/sessions"
          endPath="/api/auth/sessions/end-others"
          loaded={shown.loaded}
        />
      );
    case "tokens":
      return <Tokens {...shown} />;
    case "password":
      return <Password username={user.username} />;
  }
}
