/** Which entries are listed; it lives in the URL, whose names are those of the API. */
import { EVENTS, type EventType } from "./entry.ts";

export interface AuditFilter {
  /** A group of events, or some of them with commas in between. */
  readonly eventType: string;
  readonly userId: string;
  readonly pfaId: string;
  /** A job, a write or a change. */
  readonly correlationId: string;
  /** A preset, or `days` for between two of them. */
  readonly range: string;
  /** Days, both included, or instants. */
  readonly from: string;
  readonly to: string;
}

export const ALL_ENTRIES: AuditFilter = {
  eventType: "",
  userId: "",
  pfaId: "",
  correlationId: "",
  range: "",
  from: "",
  to: "",
};

/** Sign-ins are of no organization, so they are in no organization's trail. */
export const GROUPS: {
  readonly [group: string]: { readonly name: string; readonly events: ReadonlyArray<EventType> };
} = {
  edits: { name: "Edits", events: ["DRAFT_SAVED", "COMMIT", "DISCARD", "IMPORT"] },
  writes: {
    name: "Writes to PEMS",
    events: [
      ...["WRITE_ATTEMPT", "WRITE_RESULT", "WRITE_SETTLED", "RETRY"] as const,
      ...["CIRCUIT_OPEN", "CIRCUIT_CLOSED"] as const,
    ],
  },
  decisions: {
    name: "Conflicts and decisions",
    events: [
      ...["CONFLICT_DETECTED", "CONFLICT_RESOLVED", "DEAD_LETTER", "REPLAY", "ROLLBACK"] as const,
    ],
  },
  access: {
    name: "Access and settings",
    events: [
      ...["PERMISSION_CHANGED", "PERMISSION_DENIED", "CREDENTIAL_CHANGED"] as const,
      ...["VIEW_AS", "VIEW_AS_ENDED"] as const,
      ...["PAUSE", "RESUME"] as const,
    ],
  },
  data: { name: "Data in and out", events: ["READ_SYNC", "EXPORT", "IMPORT"] },
};

const HOUR = 3_600_000;
export const RANGES: { readonly [range: string]: { readonly name: string; readonly ms: number } } =
  {
    "1h": { name: "Last hour", ms: HOUR },
    "24h": { name: "Last 24 hours", ms: 24 * HOUR },
    "7d": { name: "Last 7 days", ms: 7 * 24 * HOUR },
    "30d": { name: "Last 30 days", ms: 30 * 24 * HOUR },
  };
export const DAYS = "days";

type Query = { readonly [name: string]: string | undefined };

export function auditFilter(query: Query): AuditFilter {
  const of = (name: keyof AuditFilter) => query[name]?.trim() ?? "";
  const { from, to } = { from: of("from"), to: of("to") };
  return {
    eventType: of("eventType"),
    userId: of("userId"),
    pfaId: of("pfaId"),
    correlationId: of("correlationId"),
    range: from || to ? DAYS : of("range"),
    from,
    to,
  };
}

/**
 * What the API is asked.
 * @param begun when the list was begun: its pages must be of one list, however long somebody reads
 */
export function auditQuery(organizationId: string, filter: AuditFilter, begun: number): Query {
  const { range, eventType, from, ...others } = filter;
  const preset = RANGES[range];
  return {
    organizationId,
    ...others,
    eventType: GROUPS[eventType]?.events.join() ?? eventType,
    from: preset ? new Date(begun - preset.ms).toISOString() : from,
  };
}

/** The event's name, or the group's; what the URL names otherwise is shown as it is. */
export const eventWords = (eventType: string): string =>
  GROUPS[eventType]?.name ??
    eventType.split(",").map((one) => EVENTS[one as EventType]?.name ?? one).join(", ");
