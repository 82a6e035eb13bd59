/** What one app process and one Postgres do with 100,000 records of one organization, and PGlite without a limit. */
import type { Row } from "./engine.ts";
import { type Crowded, withCrowd } from "./crowd.ts";
import { type Person, signIn } from "./person.ts";
import { edits } from "./scale/edits.ts";
import { embedded } from "./scale/embedded.ts";
import { exported } from "./scale/exported.ts";
import { lists } from "./scale/lists.ts";
import { sockets } from "./scale/sockets.ts";

const RECORDS = 100_000;

/** A crowd's app with its administrator. */
export interface Bench extends Crowded {
  readonly person: Person;
}

const CROWDED: { readonly [name: string]: (bench: Bench) => Promise<Row[]> } = {
  lists,
  exported,
  edits,
};

/** `only`: one of lists, exported, edits, sockets, embedded. */
export async function scale(only?: string): Promise<Row[]> {
  const rows: Row[] = [];
  const wanted = (name: string) => only === undefined || only === name;
  if (Object.keys(CROWDED).some(wanted)) {
    await withCrowd(RECORDS, async (crowded) => {
      const person = await signIn(crowded.origin, "admin", crowded.password);
      for (const [name, measure] of Object.entries(CROWDED)) {
        if (wanted(name)) rows.push(...await measure({ ...crowded, person }));
      }
    });
  }
  if (wanted("sockets")) rows.push(...await sockets());
  if (wanted("embedded")) rows.push(...await embedded());
  return rows;
}
