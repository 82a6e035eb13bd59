/** Traces: Effect's spans as Deno's OpenTelemetry exports them, so that a call to PEMS belongs to the commit behind it. */
import * as otel from "@opentelemetry/api";
import { Context, Effect, Exit, Layer, Option, Tracer } from "effect";
import type { Item } from "../domain/turn.ts";

const KINDS = {
  internal: otel.SpanKind.INTERNAL,
  server: otel.SpanKind.SERVER,
  client: otel.SpanKind.CLIENT,
  producer: otel.SpanKind.PRODUCER,
  consumer: otel.SpanKind.CONSUMER,
};
const EVALUATE = "~effect/Effect/evaluate";

/** What runs under it is traced. Without it spans go nowhere and cost next to nothing. */
export const traced = (on: boolean) => on ? Layer.succeed(Tracer.Tracer, tracer) : Layer.empty;

const tracer = Tracer.make({
  span: (options) => new Span(options),
  // What Deno traces by itself, the call to PEMS above all, becomes the child of the span it runs in.
  context: (primitive, fiber) => {
    const span = Context.getOrUndefined(fiber.context, Tracer.ParentSpan);
    return span instanceof Span
      ? otel.context.with(span.context, () => primitive[EVALUATE](fiber))
      : primitive[EVALUATE](fiber);
  },
});

/** Lets the work go on with the trace of the commit that is the newest of these; a link leads to each of the others. */
export const following =
  (items: ReadonlyArray<Item>) => <A, E, R>(work: Effect.Effect<A, E, R>) => {
    const commits = new Set(items.map(({ traceparent }) => traceparent ?? undefined));
    const [newest, ...others] = [...commits].filter((one) => one !== undefined).toReversed();
    if (newest === undefined) return work;
    const parent = Effect.withParentSpan(work, spanOf(newest));
    return others.reduce((linked, one) => Effect.linkSpans(linked, spanOf(one)), parent);
  };

/** The span that a traceparent names; the database has checked its form. */
function spanOf(traceparent: string): Tracer.ExternalSpan {
  const [, traceId, spanId, flags] = traceparent.split("-") as [string, string, string, string];
  return Tracer.externalSpan({ traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 });
}

const contextOf = ({ traceId, spanId, sampled }: Tracer.AnySpan): otel.SpanContext => ({
  traceId,
  spanId,
  traceFlags: sampled ? otel.TraceFlags.SAMPLED : otel.TraceFlags.NONE,
  isRemote: true,
});

class Span implements Tracer.Span {
  readonly _tag = "Span";
  readonly name: string;
  readonly spanId: string;
  readonly traceId: string;
  readonly parent: Option.Option<Tracer.AnySpan>;
  readonly annotations: Tracer.Span["annotations"];
  readonly links: Array<Tracer.SpanLink>;
  readonly kind: Tracer.SpanKind;
  readonly sampled: boolean;
  readonly attributes = new Map<string, unknown>();
  readonly context: otel.Context;
  status: Tracer.SpanStatus;
  readonly #span: otel.Span;

  constructor(options: Parameters<Tracer.Tracer["span"]>[0]) {
    const { name, parent, annotations, links, startTime, kind } = options;
    this.name = name;
    this.parent = parent;
    this.annotations = annotations;
    this.links = links;
    this.kind = kind;
    this.status = { _tag: "Started", startTime };
    const above = Option.match(parent, {
      onNone: () => otel.ROOT_CONTEXT,
      onSome: (span) =>
        span instanceof Span
          ? span.context
          : otel.trace.setSpanContext(otel.ROOT_CONTEXT, contextOf(span)),
    });
    this.#span = otel.trace.getTracer("vanguard").startSpan(name, {
      kind: KINDS[kind],
      links: links.map(({ span }) => ({ context: contextOf(span) })),
    }, above);
    this.context = otel.trace.setSpan(above, this.#span);
    const { spanId, traceId, traceFlags } = this.#span.spanContext();
    this.spanId = spanId;
    this.traceId = traceId;
    this.sampled = (traceFlags & otel.TraceFlags.SAMPLED) !== 0;
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    const { startTime } = this.status;
    this.status = { _tag: "Ended", startTime, endTime, exit };
    // Without the cause: its words may quote an amount. The log has them.
    if (Exit.isFailure(exit)) this.#span.setStatus({ code: otel.SpanStatusCode.ERROR });
    this.#span.end();
  }

  attribute(key: string, value: unknown): void {
    this.attributes.set(key, value);
    this.#span.setAttribute(key, String(value));
  }

  event(name: string): void {
    this.#span.addEvent(name);
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.links.push(...links);
    this.#span.addLinks(links.map(({ span }) => ({ context: contextOf(span) })));
  }
}
