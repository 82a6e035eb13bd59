/** What the command palette finds: commands of the page, places, organizations, records; those used lately first. */
import { open } from "../asked.ts";
import { fetchPage } from "../api.ts";
import { offered } from "../commands.ts";
import type { Workplace } from "../field.ts";
import type { IconName } from "../icons.tsx";
import type { PfaView } from "../record.ts";

export interface Entry {
  readonly id: string;
  readonly label: string;
  /** What it is, in a word or two. */
  readonly kind: string;
  readonly icon: IconName;
  readonly keys?: string;
  /** Where it leads; undefined: it runs. */
  readonly href?: string;
  readonly run?: () => void;
}

export interface Place {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
}

export interface Surroundings {
  readonly places: ReadonlyArray<Place>;
  readonly organizations: ReadonlyArray<{ readonly code: string; readonly name: string }>;
  readonly workplace: Workplace | undefined;
  /** What every page can do. */
  readonly common: ReadonlyArray<Entry>;
}

const FOUND = "8";
const KEPT = 8;

/** Everything that is there without asking the server. */
export function entriesHere({ places, organizations, workplace, common }: Surroundings): Entry[] {
  const code = workplace?.organizationCode;
  const at = (path: string, org = code) => org ? `${path}?org=${encodeURIComponent(org)}` : path;
  return [
    ...offered.value.map((command) => ({ ...command, kind: "Command" })),
    ...places.map(({ path, name, icon }) => ({
      id: `place:${path}`,
      label: `Go to ${name}`,
      kind: "Page",
      icon,
      href: at(path),
    })),
    ...organizations.filter((one) => one.code !== code).map((one) => ({
      id: `organization:${one.code}`,
      label: `Switch to ${one.name}`,
      kind: one.code,
      icon: "next" as const,
      href: at(location.pathname, one.code),
    })),
    ...common,
  ];
}

/** Those whose label has every word, the ones used lately first. */
export function matching(
  entries: ReadonlyArray<Entry>,
  search: string,
  recent: ReadonlyArray<string>,
): ReadonlyArray<Entry> {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const place = ({ id }: Entry) => {
    const at = recent.indexOf(id);
    return at < 0 ? recent.length : at;
  };
  return entries
    .filter(({ label, kind }) =>
      words.every((word) => `${label} ${kind}`.toLowerCase().includes(word))
    )
    .toSorted((a, b) => place(a) - place(b));
}

/** The records that the server finds; a record with a conflict brings the way to decide it. @throws Refusal */
export async function findRecords(
  search: string,
  workplace: Workplace,
): Promise<ReadonlyArray<Entry>> {
  const { records } = await fetchPage(workplace.organizationId, { search, limit: FOUND });
  return records.flatMap((record) => entriesOf(record, workplace));
}

function entriesOf({ pfaId, data, sync }: PfaView, workplace: Workplace): ReadonlyArray<Entry> {
  const org = encodeURIComponent(workplace.organizationCode);
  const { conflictId } = sync;
  return [
    {
      id: `record:${pfaId}`,
      label: `${pfaId} ${data.description ?? ""}`.trim(),
      kind: "Record",
      icon: "grid",
      href: `/grid?org=${org}&q=${encodeURIComponent(pfaId)}`,
    },
    ...(conflictId
      ? [{
        id: `conflict:${conflictId}`,
        label: `Resolve the conflict of ${pfaId}`,
        kind: "Conflict",
        icon: "conflict" as const,
        run: () => open({ name: "conflict", id: conflictId }),
      }]
      : []),
  ];
}

/** The ids of what was used lately, the last first. Kept in the browser; a browser that keeps nothing forgets. */
export function recentOf(username: string): ReadonlyArray<string> {
  try {
    return JSON.parse(localStorage.getItem(`palette:${username}`) ?? "[]");
  } catch {
    return [];
  }
}

export function noteUse(username: string, id: string): void {
  const recent = [id, ...recentOf(username).filter((one) => one !== id)].slice(0, KEPT);
  try {
    localStorage.setItem(`palette:${username}`, JSON.stringify(recent));
  } catch {
    // Storage is full or switched off: the order stays as it is.
  }
}
