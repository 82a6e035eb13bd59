/** Administration in the browser: keys replaced, people added, policies tried, tokens made; by whoever may, and by keyboard. */
import { account } from "./administration/account.ts";
import { key, meanwhile, pausing } from "./administration/connection.ts";
import { people, warned } from "./administration/people.ts";
import { policy } from "./administration/policy.ts";
import { ROOT, root } from "./administration/root.ts";
import { journeys } from "./journeys.ts";

journeys(
  "who administers replaces keys, adds people, tries policies, and ends what is no longer wanted",
  [key, pausing, meanwhile, people, warned, policy, account, root],
  { WRITE_SYNC_RETRY_DELAY: "50", ADMIN_PASSWORD: ROOT.password },
);
