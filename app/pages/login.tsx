/** The login page: works without scripts, with password managers, and says what went wrong. */
import { Mark } from "./frame.tsx";

export interface LoginProps {
  /** Where the user was going: a path of this site. */
  readonly next: string;
  readonly username?: string;
  /** Why the last try failed. */
  readonly error?: string;
  /** What the OpenID provider is called; undefined: there is none. */
  readonly provider: string | undefined;
}

export function Login({ next, username, error, provider }: LoginProps) {
  return (
    <main class="login" id="content">
      <section aria-labelledby="login-title">
        <Mark />
        <h1 id="login-title">Sign in to PFA Vanguard</h1>
        <p class="muted">Plan, forecast and actual cost, in step with PEMS.</p>
        {error && <p class="problem" role="alert" id="login-error">{error}</p>}
        <form method="post" action="/login">
          <input type="hidden" name="next" value={next} />
          <label for="username">Username or e-mail</label>
          <input
            id="username"
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            value={username}
            autofocus={error === undefined}
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            autofocus={error !== undefined}
            aria-invalid={error ? "true" : undefined}
            aria-describedby={error ? "login-error" : undefined}
          />
          <button type="submit" class="primary">Sign in</button>
        </form>
        {provider && (
          <a class="plain by-provider" href={`/api/auth/oidc?next=${encodeURIComponent(next)}`}>
            Sign in with {provider}
          </a>
        )}
      </section>
    </main>
  );
}
