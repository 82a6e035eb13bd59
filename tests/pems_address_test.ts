/** Which PEMS URLs the product agrees to call. */
import assert from "node:assert/strict";
import { Effect, Result } from "effect";
import { forbiddenAddress, refusalOf, safeBaseUrl } from "../pems/address.ts";
import { makeClient } from "../pems/client.ts";
import { CERTIFICATE } from "./certificate.ts";

Deno.test("https anywhere and http on loopback are accepted, without the trailing slash", () => {
  const accepted = {
    "https://pems.example.com/api/": "https://pems.example.com/api",
    "https://10.20.30.40:8443/api": "https://10.20.30.40:8443/api",
    "https://[fd12:3456::1]/api": "https://[fd12:3456::1]/api",
    "http://127.0.0.1:8100/api": "http://127.0.0.1:8100/api",
    "http://localhost:8100": "http://localhost:8100",
    "http://[::1]:8100/api": "http://[::1]:8100/api",
  };
  for (const [text, url] of Object.entries(accepted)) assert.deepEqual(safeBaseUrl(text), { url });
});

Deno.test("http to another host, other schemes, credentials and queries are refused", () => {
  const refused = [
    "pems.example.com",
    "http://pems.example.com/api",
    "http://10.0.0.1/api",
    "http://127.0.0.1.example.com/api",
    "ftp://pems.example.com",
    "file:///etc/passwd",
    "https://user:secret@pems.example.com/api",
    "https://user@pems.example.com/api",
    "https://pems.example.com/api?x=1",
    "https://pems.example.com/api#x",
  ];
  for (const text of refused) {
    const verdict = safeBaseUrl(text);
    assert("message" in verdict, text);
    assert(!verdict.message.includes("secret"));
  }
});

Deno.test("link-local and metadata addresses are refused in every spelling", () => {
  const refused = [
    "https://169.254.169.254/latest",
    "https://169.254.1.1",
    "https://2852039166",
    "https://0xa9fea9fe",
    "https://0251.0376.0251.0376",
    "https://[::ffff:169.254.169.254]",
    "https://[::ffff:a9fe:a9fe]",
    "https://[::169.254.169.254]",
    "https://[64:ff9b::169.254.169.254]",
    "https://[fe80::1]",
    "https://[febf::1]",
    "https://[fd00:ec2::254]",
    "https://[FD00:0EC2:0:0:0:0:0:0254]",
    "https://[::]",
    "https://0.0.0.0",
    "https://100.100.100.200",
    "https://169.254.169.254.",
    "https://\u2460\u2465\u2468.254.169.254",
    "https://169\u3002254\u3002169\u3002254",
    "https://169.16689662",
    "https://0x0.0",
    "https://[::ffff:0:169.254.169.254]",
    "https://[64:ff9b:1:0:0:0:a9fe:a9fe]",
    "https://[2002:a9fe:a9fe::1]",
    "https://[fe80::5efe:a9fe:a9fe]",
    "https://[2001:db8::200:5efe:a9fe:a9fe]",
    "https://[ff02::1]",
    "https://224.0.0.1",
    "https://255.255.255.255",
    "https://instance-data.ec2.internal",
    "https://x.metadata.google.internal",
    "https://metadata.google.internal",
    "https://METADATA.google.internal.",
  ];
  for (const text of refused) assert("message" in safeBaseUrl(text), text);
});

Deno.test("an address found by DNS is judged alike, and a private one is allowed", () => {
  for (
    const address of ["169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.0.1", "::"]
  ) {
    assert(forbiddenAddress(address), address);
  }
  for (const address of ["10.1.2.3", "192.168.1.1", "fd12::1", "2001:db8::1", "127.0.0.1", "::1"]) {
    assert(!forbiddenAddress(address), address);
  }
});

Deno.test("a name is refused when any address behind it is, each time it is called", async () => {
  const behind = (...addresses: string[]) => () => Promise.resolve(addresses);
  const url = "https://pems.example.com/api";
  assert.equal(await refusalOf(url, behind("10.0.0.5", "2001:db8::1")), undefined);
  for (
    const address of ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "fe80::1", "::"]
  ) {
    assert.match((await refusalOf(url, behind("10.0.0.5", address)))!, /link-local or metadata/);
  }
  assert.match((await refusalOf(url, behind()))!, /has no address/);
});

Deno.test("a name is judged by the addresses behind it", async () => {
  assert.equal(await refusalOf("http://localhost:1/hook?x=1"), undefined);
  assert.equal(
    await refusalOf("https://[fe80::1]/"),
    "fe80::1 is a link-local or metadata address",
  );
  assert.equal(await refusalOf("https://0/"), "0.0.0.0 is a link-local or metadata address");
  assert.equal(await refusalOf("https://nobody.invalid/"), "nobody.invalid has no address");
  assert.match((await refusalOf("http://10.0.0.1/"))!, /must use https/);
});

Deno.test("a name that turns to a metadata address is not called, and nothing is sent", async () => {
  const answers = [["127.0.0.1"], ["169.254.169.254"]];
  let connections = 0;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const client = makeClient({
    baseUrl: `https://localhost:${listener.addr.port}/api`,
    apiKey: "key-5f1c",
    timeoutMs: 5000,
    resolve: () => Promise.resolve(answers.shift()!),
  });
  const failure = async () => {
    const result = await Effect.runPromise(Effect.result(client.health()));
    assert.ok(Result.isFailure(result));
    return result.failure;
  };
  await failure();
  assert.equal(connections, 1, "what it stood for at first was called");
  const refused = await failure();
  assert.equal(refused._tag, "NotSent");
  assert.match(refused.message, /localhost is a link-local or metadata address/);
  assert.equal(connections, 1);
  listener.close();
  await accepting.catch(() => {});
});

Deno.test("a server without a certificate of the name gets no byte of the request", async () => {
  const requests: string[] = [];
  await using server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    ...CERTIFICATE,
    onListen: () => {},
    onError: () => new Response(),
  }, ({ url }) => {
    requests.push(url);
    return new Response("{}");
  });
  const client = makeClient({
    baseUrl: `https://localhost:${(server.addr as Deno.NetAddr).port}/api`,
    apiKey: "key-5f1c",
    timeoutMs: 5000,
  });
  const result = await Effect.runPromise(Effect.result(client.health()));
  assert.ok(Result.isFailure(result) && result.failure._tag === "NotSent");
  assert.deepEqual(requests, []);
});
