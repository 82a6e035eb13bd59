/** The chain of the trail: up to when it is sealed, when it was verified, what was found, and verifying it now. */
import { type Signal, useSignal } from "@preact/signals";
import { call, Refusal } from "../api.ts";
import { count, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { Ago } from "./ago.tsx";
import type { Verdict, Verification } from "./entry.ts";

/** While somebody else's request walks the chain the answer comes at once. */
const BREATH_MS = 300;

interface ChainProps {
  readonly organizationId: string;
  readonly verification: Signal<Verification>;
}

export function Chain({ organizationId, verification }: ChainProps) {
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const { sealedThrough, walk, verdict } = verification.value;
  const verify = async () => {
    busy.value = true;
    problem.value = undefined;
    try {
      for (;;) {
        verification.value = await call<Verification>("/api/audit/verify", { organizationId });
        if (verification.value.walk === null) break;
        await new Promise((over) => setTimeout(over, BREATH_MS));
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.value = `It could not be verified to the end. ${error.message}`;
    }
    busy.value = false;
  };
  const state = verdict === null ? "sealed" : verdict.fault === null ? "verified" : "broken";
  return (
    <section class={`panel chain of-${state}`} aria-labelledby="chain-title">
      <Icon name={state === "broken" ? "failed" : state === "verified" ? "check" : "lock"} />
      <div class="chain-said">
        <h2 id="chain-title">{TITLES[state]}</h2>
        <p>
          {sealedThrough
            ? (
              <>
                Sealed through <Moment at={sealedThrough} />;{" "}
                {verdict === null && "never verified."}
              </>
            )
            : "Nothing is sealed yet."}
          {verdict && <Found verdict={verdict} />}
        </p>
        {verdict?.fault && (
          <p class="wrong">
            First: {verdict.fault.words}. {verdict.intact === 0
              ? "What comes after it cannot be relied on."
              : `The ${plural(verdict.intact, "link")} before it ${
                verdict.intact === 1 ? "is" : "are"
              } intact; what comes after it cannot be relied on.`}
          </p>
        )}
        {problem.value && <p class="wrong" role="alert">{problem.value}</p>}
        <p role="status" class="chain-walk">
          {walk && `${busy.value ? "Verifying" : "Begun and not ended"}: ${percent(walk)} %`}
        </p>
        {walk && <progress max={Math.max(walk.of, 1)} value={walk.done} aria-label="Verified" />}
      </div>
      <button
        type="button"
        class="plain needs-script"
        aria-disabled={busy.value}
        onClick={() => busy.value || void verify()}
      >
        <Icon name={busy.value ? "syncing" : "check"} spin={busy.value} />
        {walk !== null && !busy.value ? "Go on verifying" : "Verify now"}
      </button>
    </section>
  );
}

const TITLES = {
  sealed: "The trail is sealed",
  verified: "The trail is sealed and verified",
  broken: "The trail was tampered with",
};

const percent = ({ done, of }: NonNullable<Verification["walk"]>): number =>
  Math.min(Math.floor(100 * done / Math.max(of, 1)), 99);

/** What was walked first was looked at so much earlier: then both times are told. */
const LONG_MS = 60_000;

function Found({ verdict }: { readonly verdict: NonNullable<Verdict> }) {
  const { begunAt, verifiedAt, verifiedBy, links, expired, unsealed, fault } = verdict;
  const long = Date.parse(verifiedAt) - Date.parse(begunAt) > LONG_MS;
  return (
    <>
      verified <Ago at={verifiedAt} />
      {verifiedBy && ` by ${verifiedBy}`}
      {long && (
        <>
          , begun <Ago at={begunAt} />
        </>
      )}
      {fault === null &&
        `: ${links === 1 ? "its one link is" : `all ${count(links)} links are`} as sealed${
          expired > 0 ? `, ${count(expired)} of months that were dropped` : ""
        }${unsealed > 0 ? `; ${count(unsealed)} newer had no seal yet` : ""}`}.
    </>
  );
}
