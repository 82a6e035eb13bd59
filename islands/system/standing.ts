/** The system as the API tells it, and how it is put into words. */
import type {
  Examination as ExaminationShape,
  System as SystemShape,
} from "../../app/system_shapes.ts";
import { count, plural } from "../format.ts";
import type { IconName } from "../icons.tsx";

export type System = typeof SystemShape.Type;
export type Worker = System["workers"][number];
export type Standing = System["organizations"][number];
export type Examination = typeof ExaminationShape.Type;
export type Finding = Examination["findings"][number];

/** Unseen for longer, its lanes are others'. */
const DEAD_SECONDS = 45;

export const isAlive = ({ secondsUnseen }: Worker): boolean => secondsUnseen <= DEAD_SECONDS;

/** The whole in a sentence, the worst first. */
export function summary({ workers, organizations }: System): string {
  const alive = workers.filter(isAlive).length;
  const open = organizations.filter(({ connection }) =>
    connection !== null && connection.circuit !== "closed"
  );
  const paused = organizations.filter(({ pause }) => pause !== null);
  const held = organizations.reduce((sum, { leases }) => sum + leases.length, 0);
  return [
    alive === 0 ? "No worker is at work: nothing is sent" : `${plural(alive, "worker")} at work`,
    open.length > 0 && `PEMS does not answer ${open.map(({ code }) => code).join(", ")}`,
    paused.length > 0 && `paused: ${paused.map(({ code }) => code).join(", ")}`,
    held === 0 ? "nothing on the wire" : `${plural(held, "record")} on the wire`,
  ].filter(Boolean).join("; ") + ".";
}

export const CIRCUIT_WORDS = {
  closed: "PEMS answers",
  open: "PEMS does not answer; everything waits",
  probing: "PEMS is being asked whether it is back",
} as const;

export const HEALTH_ICONS: { readonly [health in Standing["status"]["health"]]: IconName } = {
  healthy: "check",
  degraded: "alert",
  paused: "waiting",
  down: "failed",
};

export const PAUSE_WORDS: { readonly [by: string]: string } = {
  administrator: "Paused by an administrator",
  credentials: "Paused: PEMS refuses the credentials",
  rewind: "Paused: PEMS was set back",
};

/** What waits and what needs somebody, in words. */
export function queueWords({ status }: Standing): string {
  const { totalQueued, processing, waiting, conflicts, deadLetters } = status;
  const parts = [
    `${count(totalQueued)} queued`,
    `${count(processing)} syncing`,
    waiting > 0 && `${count(waiting)} waiting behind a decision`,
    conflicts > 0 && plural(conflicts, "conflict"),
    deadLetters > 0 && plural(deadLetters, "dead letter"),
  ];
  return parts.filter(Boolean).join(", ");
}

/** One invariant's finding in words. */
export function findingWords({ broken }: Finding): string {
  if (broken === null) return "not looked at to the end: it took too long";
  return broken === 0 ? "holds" : `broken ${broken === 1 ? "once" : `${count(broken)} times`}`;
}

export function examinationWords({ findings, organizations, tookMs }: Examination): string {
  const broken = findings.filter((one) => one.broken !== null && one.broken > 0).length;
  const unknown = findings.filter((one) => one.broken === null).length;
  const verdict = broken > 0
    ? `${broken} of ${findings.length} are broken`
    : unknown > 0
    ? `None is broken, but ${unknown} could not be looked at to the end`
    : `All ${findings.length} hold`;
  const where = organizations.length === 1
    ? organizations[0]
    : `${organizations.length} organizations`;
  return `${verdict} in ${where}. It took ${(tookMs / 1000).toFixed(1)} s.`;
}
