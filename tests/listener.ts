/** A live socket whose messages a test waits for. */

// deno-lint-ignore no-explicit-any
export type Message = any;

/** A socket whose messages are waited for, one by one. */
export class Listener {
  readonly #messages: Message[] = [];
  #wake = Promise.withResolvers<void>();
  readonly closed: Promise<CloseEvent>;
  readonly socket: WebSocket;

  constructor(url: string, headers: { readonly [name: string]: string }) {
    this.socket = new WebSocket(url.replace("http", "ws"), { headers } as never);
    this.socket.onmessage = ({ data }) => {
      this.#messages.push(JSON.parse(data));
      this.#wake.resolve();
    };
    this.closed = new Promise((resolve) => this.socket.onclose = resolve);
  }

  /** The next message of one of the types; health is passed over unless asked for. */
  async next(...types: string[]): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message === undefined) {
        this.#wake = Promise.withResolvers();
        await this.#wake.promise;
      } else if (types.length === 0 ? message.type !== "HEALTH" : types.includes(message.type)) {
        return message;
      }
    }
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}
