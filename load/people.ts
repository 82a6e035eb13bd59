/** Who plays: planners of one organization, signed in, each with records that nobody else of the run edits. */
import postgres from "postgres";
import { type Person, signIn } from "./bench/person.ts";
import type { RecordView, Site } from "./bench/site.ts";

export interface Planner {
  readonly username: string;
  readonly organizationId: string;
  readonly headers: Record<string, string>;
  readonly pfaIds: ReadonlyArray<string>;
}

/** A running installation, and who plays in it. */
export interface Stage {
  readonly origin: string;
  readonly organizationId: string;
  readonly organizationCode: string;
  readonly records: ReadonlyArray<RecordView>;
  /** Watches over the run. */
  readonly person: Person;
  /** So many planners, signed in; the same accounts each time. */
  planners(count: number): Promise<ReadonlyArray<Planner>>;
}

/** The site's own organization; accounts are made as needed, with the planner's password, for hashing takes long. */
export function stageOf(site: Site): Stage {
  const { origin, organizationId, records, person } = site;
  const signedIn: Person[] = [person];
  return {
    origin,
    organizationId,
    organizationCode: "RIO",
    records,
    person,
    planners: async (count) => {
      await hire(site, count);
      // Two at a time: hashing takes a processor for half a second.
      while (signedIn.length < count) {
        const next = Math.min(2, count - signedIn.length);
        signedIn.push(
          ...await Promise.all(
            Array.from(
              { length: next },
              (_, at) => signIn(origin, nameOf(signedIn.length + at), site.planner.password),
            ),
          ),
        );
      }
      return shared(signedIn.slice(0, count), { organizationId, records });
    },
  };
}

/** Somebody's installation: all parts are played by these accounts, in turns. */
export async function stageAt(
  origin: string,
  accounts: ReadonlyArray<{ readonly username: string; readonly password: string }>,
  organizationCode: string,
): Promise<Stage> {
  const people: Person[] = [];
  for (const { username, password } of accounts) {
    people.push(await signIn(origin, username, password));
  }
  const person = people[0]!;
  const { organizations } = await person.get<
    { organizations: ReadonlyArray<{ id: string; code: string }> }
  >("/api/auth/me");
  const found = organizations.find(({ code }) => code === organizationCode);
  if (found === undefined) {
    throw new Error(`Cannot load ${organizationCode}: ${accounts[0]!.username} is no member of it`);
  }
  const organizationId = found.id;
  const { records } = await person.get<{ records: RecordView[] }>(
    `/api/pfa-data?organizationId=${organizationId}&limit=1000&status=active`,
  );
  return {
    origin,
    organizationId,
    organizationCode,
    records,
    person,
    planners: (count) =>
      Promise.resolve(shared(
        Array.from({ length: count }, (_, at) => people[at % people.length]!),
        { organizationId, records },
      )),
  };
}

const nameOf = (nth: number) => `planner${nth}`;

/** Accounts that are not there yet. */
async function hire({ databaseUrl, organizationId }: Site, count: number): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const names = Array.from({ length: count - 1 }, (_, at) => nameOf(at + 1));
    await sql`
      with hired as (
        insert into app_user (username, display_name, email, password_hash)
        select name, name, name || '@planner.example', p.password_hash
        from unnest(${names}::text[]) name, app_user p
        where p.username = 'planner'
        on conflict do nothing
        returning id
      )
      insert into membership (organization_id, user_id, permissions)
      select ${organizationId}, hired.id, p.permissions
      from hired, membership p join app_user u on u.id = p.user_id
      where u.username = 'planner' and p.organization_id = ${organizationId}`;
  } finally {
    await sql.end();
  }
}

function shared(
  people: ReadonlyArray<Person>,
  { organizationId, records }: Pick<Stage, "organizationId" | "records">,
): ReadonlyArray<Planner> {
  const each = Math.floor(records.length / people.length);
  return people.map(({ headers }, at) => ({
    username: nameOf(at),
    organizationId,
    headers,
    pfaIds: records.slice(at * each, (at + 1) * each).map(({ pfaId }) => pfaId),
  }));
}
