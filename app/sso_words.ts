/** Why single sign-on let nobody in, in plain words. */
import type { Doubt } from "./provider.ts";

/** Stale: no trip of this browser, or one that took too long. Taken: the e-mail is that of an account with a password. */
export type SsoRefusal = Doubt | "stale" | "disabled" | "taken" | "too_many";

const WORDS: { readonly [refusal in SsoRefusal]: (provider: string) => string } = {
  declined: (provider) => `${provider} did not let you in.`,
  unproven: (provider) => `What ${provider} answered could not be verified. Please try again.`,
  unreachable: (provider) => `${provider} cannot be reached just now. Please try again later.`,
  stale: () => "The sign-in took too long, or began in another browser. Please start again.",
  disabled: () => "Your account here is deactivated. An administrator can let you in again.",
  taken: () =>
    "There is an account with your e-mail or name already. Sign in to it with its password, or ask an administrator.",
  too_many: () => "Too many failed sign-ins. Please wait some minutes.",
};

/** The words for what the address says; undefined: it names no refusal. */
export const ssoWords = (refusal: string | undefined, provider: string): string | undefined =>
  refusal !== undefined && Object.hasOwn(WORDS, refusal)
    ? WORDS[refusal as SsoRefusal](provider)
    : undefined;
