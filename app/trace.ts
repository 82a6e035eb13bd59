/** The trace that the running request belongs to, once Deno's OpenTelemetry is switched on. */
import { isSpanContextValid, trace } from "@opentelemetry/api";

/** For the log; undefined while nothing is traced. */
export const traceId = (): string | undefined => spanContext()?.traceId;

/** W3C's traceparent, for what goes on elsewhere; undefined while nothing is traced. */
export function traceparent(): string | undefined {
  const context = spanContext();
  if (context === undefined) return undefined;
  const flags = context.traceFlags.toString(16).padStart(2, "0");
  return `00-${context.traceId}-${context.spanId}-${flags}`;
}

function spanContext() {
  const context = trace.getActiveSpan()?.spanContext();
  return context !== undefined && isSpanContextValid(context) ? context : undefined;
}
