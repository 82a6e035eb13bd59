/** People who go on asking until the product answers, as a browser does. */
import { Effect, Schedule } from "effect";
import { type Person, signIn } from "../../load/bench/person.ts";

/** While the app or its database is away. */
const AGAIN = Schedule.spaced("300 millis");
const AWAY = /answered 503|fetch failed/i;

/** The answer, however long it takes; what is refused for another reason than being away is an error. */
export const insist = <A>(call: () => Promise<A>): Effect.Effect<A> =>
  Effect.tryPromise({ try: () => call(), catch: (cause) => cause as Error }).pipe(
    Effect.retry(AGAIN.pipe(
      Schedule.setInputType<Error>(),
      Schedule.while(({ input }) => AWAY.test(input.message)),
    )),
    Effect.orDie,
  );

export interface Planner {
  readonly username: string;
  readonly organizationId: string;
  readonly organizationCode: string;
  readonly person: Person;
}

const PERMISSIONS = [
  ...["Read", "EditForecast", "ViewFinancials", "SaveDraft", "Sync"],
  ...["ManageSettings", "RefreshData"],
];

/** Two organizations with two planners each, made as an administrator would. */
export async function hire(origin: string, password: string): Promise<ReadonlyArray<Planner>> {
  const admin = await signIn(origin, "admin", password);
  const planners: Planner[] = [];
  for (
    const [code, usernames] of [["RIO", ["ada", "ben"]], ["PORTARTHUR", ["cid", "dot"]]] as const
  ) {
    const { id: organizationId } = await admin.post<{ id: string }>("/api/admin/organizations", {
      code,
      name: code,
    });
    for (const username of usernames) {
      const user = await admin.post<{ id: string }>("/api/admin/users", {
        username,
        displayName: username,
        email: `${username}@planner.example`,
        password,
      });
      await admin.put(`/api/admin/organizations/${organizationId}/members/${user.id}`, {
        permissions: PERMISSIONS,
      });
      const person = await signIn(origin, username, password);
      planners.push({ username, organizationId, organizationCode: code, person });
    }
    await admin.post("/api/pems/read-sync", { organizationId });
  }
  return planners;
}
