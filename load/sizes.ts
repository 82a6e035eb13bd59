/** How large each scenario is: as the issue of load asks, and as a smoke of a few seconds. */

export interface Size {
  /** What PEMS allows a second. */
  readonly rateLimit: number;
  readonly planners: number;
  /** Modifications that are committed, where the scenario counts them. */
  readonly modifications: number;
  /** How long planners are at it, where the scenario takes its time. */
  readonly seconds: number;
  /** Browsers that only watch, each with a socket. */
  readonly dashboards: number;
}

export interface Sizes {
  readonly about: string;
  readonly full: Size;
  readonly smoke: Size;
  /** It sets PEMS's switches or edits in PEMS: it needs the sandbox. */
  readonly needsSandbox?: true;
  /** Commits may take as long as the limit makes them: more comes than PEMS takes. */
  readonly overfull?: true;
}

/** So that one site serves all smokes. */
const SMOKE_RATE = 50;
const smoke = (size: Partial<Size>): Size => ({
  rateLimit: SMOKE_RATE,
  planners: 4,
  modifications: 40,
  seconds: 4,
  dashboards: 2,
  ...size,
});
const full = (size: Partial<Size>): Size => ({
  rateLimit: 10,
  planners: 50,
  modifications: 1000,
  seconds: 60,
  dashboards: 5,
  ...size,
});

export const SCENARIOS: { readonly [name: string]: Sizes } = {
  steady: {
    about: "1,000 modifications at 16 a second, each saved and committed by itself",
    full: full({}),
    smoke: smoke({ seconds: 3 }),
  },
  burst: {
    about: "1,000 modifications of 100 planners, all committed at the same moment",
    full: full({ planners: 100, seconds: 30 }),
    smoke: smoke({ seconds: 2 }),
  },
  backlog: {
    about: "10,000 modifications queued by ten commits of 1,000, people at work meanwhile",
    full: full({ rateLimit: 100, planners: 10, modifications: 10_000, seconds: 60 }),
    smoke: smoke({ planners: 2, modifications: 100, seconds: 3 }),
    overfull: true,
  },
  day: {
    about:
      "a mixed day: 100 planners read, edit and commit, 20 dashboards watch, PEMS errs a little",
    full: full({ planners: 100, seconds: 300, dashboards: 20 }),
    smoke: smoke({ seconds: 6 }),
  },
  saturation: {
    about: "more than PEMS takes for a minute, and one user who asks too often",
    full: full({ planners: 10, modifications: 600 }),
    smoke: smoke({ modifications: 100 }),
    overfull: true,
  },
  conflicts: {
    about:
      "every record that is committed was changed in PEMS as well: decided one by one and together",
    full: full({ planners: 10, modifications: 200 }),
    smoke: smoke({ planners: 2, modifications: 12 }),
    needsSandbox: true,
  },
  outage: {
    about: "PEMS is away while planners go on, and comes back",
    full: full({ rateLimit: 20, planners: 20, modifications: 600, seconds: 120 }),
    smoke: smoke({ modifications: 24, seconds: 5 }),
    needsSandbox: true,
    overfull: true,
  },
  soak: {
    about: "the mixed day for half an hour, with memory before and after",
    full: full({ planners: 40, seconds: 1800, dashboards: 20 }),
    smoke: smoke({ seconds: 4 }),
  },
};
