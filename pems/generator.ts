/** Five thousand records of a refinery turnaround and an LNG construction site, the same ones for the same seed. */
import { addDays, daysBetween } from "../domain/dates.ts";
import { fromCents } from "../domain/money.ts";
import type { Pfa } from "../domain/pfa.ts";
import { CATALOG, type EquipmentClass } from "./catalog.ts";
import { dice } from "./dice.ts";
import { type Site, SITES } from "./sites.ts";
import type { SandboxStore, StoredRecord } from "./store.ts";

/** The day from which these records are told: before it things have happened, after it they are forecast. */
const TODAY = "2026-10-31";
const DAYS_PER_MONTH = 30.44;

const LAST_UPDATE = Date.parse("2026-11-01T00:00:00Z");
const UPDATES_MS = 300 * 24 * 3600 * 1000;

/**
 * @param seed any whole number; records differ with it, ids and counts do not
 * @param until the latest `updatedAt`, epoch ms
 */
export function generateRecords(seed = 1, until = LAST_UPDATE): ReadonlyArray<StoredRecord> {
  const draw = makeDraw(seed);
  return SITES.flatMap((site) =>
    Array.from({ length: site.count }, (_, index) => storedRecord({ site, index, until }, draw))
  );
}

/**
 * Fills an empty store and leaves any other as it is. No record is newer than the clock: whoever asks for what
 * changed since the newest one would never be told of a change made before it.
 * @returns how many records the store holds
 */
export async function fillStore(store: SandboxStore, seed = 1): Promise<number> {
  if (await store.count() === 0) {
    await store.insert(generateRecords(seed, Math.min(LAST_UPDATE, Date.now())));
  }
  return await store.count();
}

interface Place {
  readonly site: Site;
  readonly index: number;
  readonly until: number;
}

type Draw = ReturnType<typeof makeDraw>;

function makeDraw(seed: number) {
  const random = dice(seed);
  const whole = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  return {
    whole,
    between: (least: number, most: number) => least + random() * (most - least),
    chance: (percent: number) => random() * 100 < percent,
    one: <A>(list: ReadonlyArray<A>): A => list[whole(0, list.length - 1)]!,
  };
}

function storedRecord({ site, index, until }: Place, draw: Draw): StoredRecord {
  return {
    organizationCode: site.organizationCode,
    pfaId: `PFA-${site.first + index}`,
    version: draw.whole(1, 6),
    updatedAt: new Date(until - draw.whole(0, UPDATES_MS)).toISOString(),
    modifiedBy: draw.one(site.people),
    changeReason: draw.one(REASONS),
    record: content(site, index, draw),
  };
}

const REASONS = [
  null,
  "Initial load",
  "Monthly forecast update",
  "Vendor quote revised",
  "Schedule slip in mechanical completion",
  "Turnaround scope review",
];

function content(site: Site, index: number, draw: Draw): Pfa {
  const kind = oneByShare(draw);
  const [manufacturer, model, size] = draw.one(kind.models);
  const area = draw.one(site.areas);
  const bought = draw.chance(kind.bought);
  const days = schedule(kind, draw);
  return {
    description: `${model} ${kind.class.toLowerCase()} for ${draw.one(kind.tasks)}, ${area}`,
    areaSilo: area,
    category: kind.category,
    class: kind.class,
    forecastCategory: draw.chance(92) ? kind.forecastCategory : null,
    manufacturer,
    model,
    contract: draw.chance(78) ? draw.one(site.contracts) : null,
    // A tag is given when the machine is known, seldom long before it comes.
    equipment: days.actualStart !== null || draw.chance(30)
      ? `${kind.tag}-${String(1000 + index)}`
      : null,
    source: bought ? "Purchase" : "Rental",
    dor: draw.chance(64) ? "PROJECT" : "BEO",
    monthlyRate: bought ? null : priced(kind.rate * size, 25, draw),
    purchasePrice: bought ? priced(kind.price * size, 250, draw) : null,
    ...days,
    isDiscontinued: draw.chance(3),
    isFundsTransferable: draw.chance(70),
  };
}

function oneByShare(draw: Draw): EquipmentClass {
  let left = draw.between(0, TOTAL_SHARE);
  return CATALOG.find(({ share }) => (left -= share) < 0) ?? CATALOG[0]!;
}

const TOTAL_SHARE = CATALOG.reduce((sum, { share }) => sum + share, 0);

/** Within 12 % of the list price, rounded as quotes are, a few with odd cents from an index clause. */
function priced(list: number, step: number, draw: Draw): string {
  const quote = Math.round(list * draw.between(0.88, 1.12) / step) * step;
  return fromCents(BigInt(quote) * 100n + (draw.chance(35) ? BigInt(draw.whole(1, 99)) : 0n));
}

/** The plan, the forecast slipped against it, and the actual dates of what has already happened. */
function schedule(kind: EquipmentClass, draw: Draw) {
  const originalStart = addDays("2025-07-01", draw.whole(0, 640));
  const planned = Math.round(draw.between(...kind.months) * DAYS_PER_MONTH);
  const originalEnd = addDays(originalStart, planned);
  const slipped = draw.chance(55);
  const forecastStart = addDays(originalStart, slipped ? draw.whole(-10, 45) : 0);
  const forecastEnd = addDays(
    forecastStart,
    Math.max(7, planned + (slipped ? draw.whole(-14, 60) : 0)),
  );
  const begun = forecastStart <= TODAY && draw.chance(88);
  const ended = begun && forecastEnd <= TODAY && draw.chance(90);
  const actualStart = begun ? addDays(forecastStart, draw.whole(0, 6)) : null;
  const stayed = Math.max(1, daysBetween(forecastStart, forecastEnd) + draw.whole(-5, 9));
  return {
    originalStart,
    originalEnd,
    forecastStart,
    forecastEnd,
    actualStart,
    actualEnd: ended && actualStart !== null ? addDays(actualStart, stayed) : null,
    isActualized: ended,
  };
}
