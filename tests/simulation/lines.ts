/** Lines to one PGlite: each program has its own, which can be cut with its death or stand still for a while. */
import { PGlite } from "@electric-sql/pglite";
import { type Database, openPools } from "../../db/sql.ts";
import { wire } from "../../db/wire.ts";
import { migratedSnapshot } from "../database.ts";
import { Prepared } from "./prepared.ts";

type Line = ReturnType<ReturnType<typeof wire>>;

/** A database in memory that many programs reach, one after the other and side by side. */
export interface Ground {
  /** @param stir called at every message */
  readonly lines: (stir: () => void) => Lines;
  /** Leaves no row behind. */
  readonly wipe: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Lines {
  readonly db: Database;
  /** The program is gone: what it has begun is rolled back, and it hears nothing more. */
  readonly cut: () => void;
  /** Its next message but so many is its last; `heard`: the database still gets it. */
  readonly cutAfter: (messages: number, heard: boolean, then: () => void) => void;
  /** Its messages wait. */
  readonly hold: () => void;
  readonly release: () => void;
}

/**
 * What was never written to is left alone: emptying all tables takes four times as long. Sequences begin anew.
 */
const WIPE = `
  begin;
  set local session_replication_role = replica;
  do $$ begin
    execute (
      select coalesce('truncate ' || string_agg(c.oid::regclass::text, ', ') || ' cascade', 'select')
      from pg_class c
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
        and c.relname <> 'schema_migration' and pg_relation_size(c.oid) > 0);
    perform setval(oid::regclass, 1, false) from pg_class where relkind = 'S';
  end $$;
  commit`;

export async function openGround(): Promise<Ground> {
  const pglite = await PGlite.create({ loadDataDir: await migratedSnapshot() });
  // The only chance in the database: from the seed, with as many bits that differ.
  await pglite.exec(`
    create sequence simulated_chance;
    grant usage on simulated_chance to public;
    create or replace function uuid_v7() returns uuid language sql volatile parallel safe as $$
      select encode(set_bit(set_bit(overlay(
        decode(md5(nextval('public.simulated_chance')::text), 'hex')
          placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
          from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
    $$`);
  const connect = wire(pglite);
  const prepared = new Prepared();
  return {
    lines: (stir) => makeLines({ connect, prepared }, stir),
    wipe: async () => void await pglite.exec(WIPE),
    close: () => pglite.close(),
  };
}

interface Session {
  readonly connect: () => Line;
  readonly prepared: Prepared;
}

function makeLines({ connect, prepared }: Session, stir: () => void): Lines {
  const lines: Line[] = [];
  const held: Array<() => void> = [];
  let isHeld = false;
  let isCut = false;
  let last: { left: number; heard: boolean; then: () => void } | undefined;

  const cut = () => {
    isCut = true;
    for (const line of lines) {
      line.emit = () => false;
      line.destroy();
    }
  };
  const socket = () => {
    const line = connect();
    lines.push(line);
    const dialogue = prepared.dialogue(() => line.role);
    let started = false;
    const send = line.write.bind(line);
    const write = (chunk: Uint8Array) => {
      const said = started ? dialogue.said(chunk) : chunk;
      started = true;
      return send(said);
    };
    const deliver = line.deliver.bind(line);
    line.deliver = (bytes) => {
      stir();
      dialogue.heard(bytes);
      deliver(bytes);
    };
    line.write = (chunk) => {
      stir();
      if (isCut) return true;
      if (last !== undefined && --last.left < 0) {
        if (last.heard) write(chunk);
        // What was said is still done, in the turn that it waits for.
        setImmediate(cut);
        isCut = true;
        last.then();
        return true;
      }
      if (!isHeld) return write(chunk);
      // postgres.js reuses its buffer.
      const copy = chunk.slice();
      held.push(() => write(copy));
      return true;
    };
    return line;
  };
  // One connection of each pool: PGlite serves one at a time, and each costs a look at all types first (7 ms).
  const reach = { socket, user: "postgres", database: "postgres", max: 1 };
  return {
    db: { ...openPools(reach), embedded: false },
    cut,
    cutAfter: (left, heard, then) => void (last = { left, heard, then }),
    hold: () => void (isHeld = true),
    release: () => {
      isHeld = false;
      for (const send of held.splice(0)) if (!isCut) send();
    },
  };
}
