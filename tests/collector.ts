/** A collector of OpenTelemetry on loopback: keeps every span that it is sent. */

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** As OTLP numbers them: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly service: string;
  readonly attributes: { readonly [key: string]: string };
}

export interface Collector {
  /** What a process needs to send its spans here, soon. */
  readonly env: { readonly [name: string]: string };
  readonly spans: ReadonlyArray<CollectedSpan>;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly [type: string]: unknown };
}

const attributesOf = (attributes: ReadonlyArray<Attribute>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));

/** Runs the work with a collector that is gone afterwards. */
export async function withCollector(work: (collector: Collector) => Promise<void>): Promise<void> {
  const spans: CollectedSpan[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const sent = await request.json();
      for (const { resource, scopeSpans } of sent.resourceSpans ?? []) {
        const service = attributesOf(resource.attributes)["service.name"]!;
        for (const span of scopeSpans.flatMap((scope: { spans: unknown[] }) => scope.spans)) {
          spans.push({ ...span, service, attributes: attributesOf(span.attributes ?? []) });
        }
      }
      return Response.json({});
    },
  );
  try {
    await work({
      spans,
      env: {
        OTEL_DENO: "true",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
        OTEL_BSP_SCHEDULE_DELAY: "100",
      },
    });
  } finally {
    await server.shutdown();
  }
}
