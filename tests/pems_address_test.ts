/** Which PEMS URLs the product agrees to call. */
import assert from "node:assert/strict";
import { forbiddenAddress, safeBaseUrl } from "../pems/address.ts";

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
