/** A receiver of alerts on loopback: keeps every request, and a test decides how each is answered. */

export interface Received {
  readonly path: string;
  readonly method: string;
  readonly headers: Headers;
  readonly text: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: ReadonlyArray<Received>;
  /** Ids of the alerts received, in order. */
  ids(): ReadonlyArray<string>;
  /** How the next requests are answered; afterwards 204. */
  next(...answers: Array<() => Response | Promise<Response>>): void;
  /** Settles when so many have come. */
  until(count: number): Promise<void>;
}

/** Runs the work with a receiver that is gone afterwards. */
export async function withReceiver(work: (receiver: Receiver) => Promise<void>): Promise<void> {
  const received: Received[] = [];
  const answers: Array<() => Response | Promise<Response>> = [];
  let came = Promise.withResolvers<void>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname: path } = new URL(request.url);
      const text = await request.text();
      received.push({ path, method: request.method, headers: request.headers, text });
      came.resolve();
      came = Promise.withResolvers();
      return await (answers.shift() ?? (() => new Response(null, { status: 204 })))();
    },
  );
  try {
    await work({
      url: `http://127.0.0.1:${server.addr.port}/hook?secret=s3cret`,
      received,
      ids: () => received.map(({ text }) => JSON.parse(text).id),
      next: (...more) => void answers.push(...more),
      until: async (count) => {
        while (received.length < count) await came.promise;
      },
    });
  } finally {
    await server.shutdown();
  }
}
