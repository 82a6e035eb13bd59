/** One's API tokens: what programs sign in with; each told once, narrowed and ended as its maker likes. */
import { useSignal } from "@preact/signals";
import type { ShownToken, Tokens as TokenPage } from "../../app/account_shapes.ts";
import type { Permission } from "../../domain/permissions.ts";
import type { PermissionGroup } from "../../domain/roles.ts";
import { call, send } from "../api.ts";
import { useAttempt } from "../attempt.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Loaded } from "../listing.ts";
import { Moment } from "../moment.tsx";
import { Secret } from "../secret.tsx";
import { toast } from "../toasts.tsx";
import { NewToken } from "./new_token.tsx";

type Token = (typeof TokenPage.Type)["tokens"][number];

interface TokensProps {
  readonly loaded: Loaded<typeof TokenPage.Type>;
  readonly groups: ReadonlyArray<PermissionGroup>;
  /** In any organization. */
  readonly held: ReadonlyArray<Permission>;
  /** When the page was drawn, for what is over. */
  readonly now: string;
}

export function Tokens({ loaded, groups, held, now }: TokensProps) {
  const rows = useSignal<ReadonlyArray<Token>>(loaded.page?.tokens ?? []);
  const made = useSignal<typeof ShownToken.Type | undefined>(undefined);
  const { busy, problem, run } = useAttempt();
  const read = async () => {
    rows.value = (await call<typeof TokenPage.Type>("/api/auth/tokens")).tokens;
  };
  const revoke = ({ id, name }: Token) =>
    void run(async () => {
      await send("DELETE", `/api/auth/tokens/${id}`);
      toast("info", `Token ${name} revoked`);
      if (made.value?.id === id) made.value = undefined;
      await read();
    });
  const said = problem.value ?? loaded.problem;
  return (
    <>
      {said && <p class="problem" role="alert">{said}</p>}
      {rows.value.length === 0 && (
        <p class="nothing">
          <Icon name="info" /> You have no tokens. Programs need one to work in your name.
        </p>
      )}
      <ul class="entries" aria-busy={busy.value}>
        {rows.value.map((token) => (
          <TokenLine
            key={token.id}
            {...{ token, now }}
            busy={busy.value}
            revoke={() => revoke(token)}
          />
        ))}
      </ul>
      {made.value && (
        <div class="told" role="status">
          <p>
            <b>{made.value.name}</b> is made. Its secret is shown now and never again.
          </p>
          <Secret label="Token" value={made.value.token} />
        </div>
      )}
      <NewToken
        {...{ groups, held }}
        done={(token) => {
          made.value = token;
          void run(read);
        }}
      />
    </>
  );
}

interface TokenLineProps {
  readonly token: Token;
  readonly now: string;
  readonly busy: boolean;
  readonly revoke: () => void;
}

function TokenLine({ token, now, busy, revoke }: TokenLineProps) {
  const { name, permissions, createdAt, expiresAt, lastUsedAt } = token;
  const over = expiresAt !== null && expiresAt < now;
  return (
    <li class="entry">
      <div class="entry-main">
        <p class="entry-title">
          <b>{name}</b>
          <span class="tag" title={permissions?.join(", ")}>
            <Icon name={permissions === null ? "info" : "lock"} />
            {permissions === null ? "Everything you may" : scopeOf(permissions)}
          </span>
          {over && (
            <span class="tag tag-bad">
              <Icon name="close" /> over
            </span>
          )}
        </p>
        <p class="muted">
          made <Moment at={createdAt} />; {lastUsedAt === null ? "never used" : (
            <>
              last used <Moment at={lastUsedAt} />
            </>
          )}; {expiresAt === null ? "good until revoked" : (
            <>
              {over ? "ended" : "ends"} <Moment at={expiresAt} />
            </>
          )}
        </p>
      </div>
      <button
        type="button"
        class="plain danger needs-script"
        disabled={busy}
        aria-label={`Revoke ${name}`}
        onClick={revoke}
      >
        Revoke
      </button>
    </li>
  );
}

const scopeOf = (permissions: ReadonlyArray<string>): string =>
  permissions.length === 1
    ? `${permissions[0]} only`
    : `${plural(permissions.length, "permission")} only`;
