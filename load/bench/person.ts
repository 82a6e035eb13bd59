/** Somebody signed in, speaking the product's HTTP API. */

export interface Person {
  /** What its requests carry: for a socket of its own. */
  readonly headers: Record<string, string>;
  get<A>(path: string): Promise<A>;
  post<A>(path: string, body: unknown): Promise<A>;
  put<A>(path: string, body: unknown): Promise<A>;
}

/** Signs in. Throws with the product's own words when it refuses. */
export async function signIn(origin: string, username: string, password: string): Promise<Person> {
  let cookie = "";
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        origin,
        cookie,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    const set = response.headers.get("set-cookie");
    if (set !== null) cookie = set.split(";")[0]!;
    return text === "" ? undefined : JSON.parse(text);
  };
  await call("POST", "/api/auth/login", { username, password });
  return {
    headers: { origin, cookie },
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
  };
}

/** Asks again every `everyMs` until the answer satisfies. */
export async function until<A>(
  ask: () => Promise<A>,
  enough: (answer: A) => boolean,
  everyMs = 50,
): Promise<A> {
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    await new Promise((wait) => setTimeout(wait, everyMs));
  }
}
