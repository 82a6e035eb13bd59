/** The pages of who plans: records, their time line, what needs a person. */
import { Hono } from "hono";
import type { ConflictPage } from "../../islands/conflicts/conflict.ts";
import { conflictFilter, conflictQuery } from "../../islands/conflicts/filter.ts";
import { needsQueries } from "../../islands/deck/needs.tsx";
import type { RecordPage } from "../../islands/record.ts";
import type { AppEnv, Session } from "../env.ts";
import { Conflicts } from "./conflicts.tsx";
import { Deck, type DeckData } from "./deck.tsx";
import { firstRecords } from "./first_records.ts";
import { type Framing, secured } from "./framing.tsx";
import { firstRows, Grid } from "./grid.tsx";
import { Timeline } from "./timeline.tsx";

/** What CommandDeck shows of an organization the session may read. */
export type DeckOf = (session: Session, organizationId: string) => Promise<DeckData>;

export function plannerPages({ framed, read }: Framing, deck: DeckOf): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/", secured, (c) =>
      framed(c, async (session, organization) => {
        const asked = needsQueries(organization.id);
        const [figures, conflicts, failed] = await Promise.all([
          deck(session, organization.id),
          read<ConflictPage>(c, "/api/pems/conflicts", asked.conflicts),
          read<RecordPage>(c, "/api/pfa-data", asked.failed),
        ]);
        const needs = {
          conflicts: conflicts.page?.conflicts ?? [],
          failed: failed.page?.records ?? [],
        };
        return {
          head: { title: "CommandDeck", islands: ["deck"] },
          body: <Deck organization={organization} deck={figures} needs={needs} />,
        };
      }))
    .get("/grid", secured, (c) =>
      framed(c, async (_session, organization) => {
        const search = c.req.query();
        const asked = firstRows(search);
        const { page } = asked === undefined ? {} : await read<RecordPage>(c, "/api/pfa-data", {
          organizationId: organization.id,
          ...asked,
        });
        return {
          head: { title: "GridLab", islands: ["grid"], early: firstRecords(organization.id) },
          body: <Grid {...{ organization, search }} first={page?.records ?? []} />,
        };
      }))
    .get("/timeline", secured, (c) =>
      framed(c, (_session, organization) => ({
        head: {
          title: "Timeline",
          islands: ["timeline"],
          early: firstRecords(organization.id),
        },
        body: <Timeline organization={organization} search={c.req.query()} />,
      })))
    .get("/conflicts", secured, (c) =>
      framed(c, async (_session, organization) => {
        const filter = conflictFilter(c.req.query());
        const asked = conflictQuery(organization.id, filter);
        return {
          head: { title: "Conflicts", islands: ["conflicts"] },
          body: (
            <Conflicts
              {...{ organization, filter }}
              loaded={await read(c, "/api/pems/conflicts", asked)}
            />
          ),
        };
      }));
}
