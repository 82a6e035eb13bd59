/** Where PEMS and the alerts' receiver may be: which URLs and addresses the product agrees to call. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isLoopback } from "../domain/config.ts";

/**
 * Judges a base URL by its text alone; the addresses behind a name are checked with `forbiddenAddress`.
 * Private networks are allowed: PEMS is often on premises.
 * @returns the URL without a trailing slash, or why it is refused
 */
export function safeBaseUrl(
  text: string,
): { readonly url: string } | { readonly message: string } {
  const refused = refusal(text);
  if (refused !== undefined) return { message: `Cannot use this PEMS URL: ${refused}` };
  const url = new URL(text);
  if (url.search !== "" || url.hash !== "") {
    return { message: "Cannot use this PEMS URL: it must not hold a query or a fragment" };
  }
  return { url: url.href.replace(/\/+$/, "") };
}

/** The addresses behind a name, as the system tells them; none: it does not know the name. */
export type Resolve = (host: string) => Promise<ReadonlyArray<string>>;

const systemAddresses: Resolve = async (host) =>
  (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address);

/**
 * Why the URL must not be called, by its text and by each address behind its name; undefined: it may be. Asked before
 * each call. Should the name stand for another address a moment later, TLS closes the gap: http: is for loopback
 * addresses, and to https: a server that has no certificate of that name gets no byte of the request.
 */
export async function refusalOf(
  text: string,
  resolve: Resolve = systemAddresses,
): Promise<string | undefined> {
  const refused = refusal(text);
  if (refused !== undefined) return refused;
  const host = hostOf(new URL(text));
  // What the text alone has told already.
  if (isIP(host) !== 0) return undefined;
  const addresses = await resolve(host);
  if (addresses.length === 0) return `${host} has no address`;
  return addresses.some(forbiddenAddress)
    ? `${host} is a link-local or metadata address`
    : undefined;
}

/** Why the URL must not be called, by its text alone. */
function refusal(text: string): string | undefined {
  if (!URL.canParse(text)) return "it is no URL";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    return "it must not hold credentials";
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return "it must use https:";
  if (url.protocol === "http:" && !isLoopback(url)) {
    return "it must use https: (http: is for loopback addresses only)";
  }
  const host = hostOf(url);
  return forbiddenAddress(host) || isMetadataName(host)
    ? `${host} is a link-local or metadata address`
    : undefined;
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

const METADATA_NAMES = ["metadata.google.internal", "metadata.goog", "instance-data"];
const isMetadataName = (host: string): boolean =>
  METADATA_NAMES.some((name) =>
    host === name || host.endsWith(`.${name}`) || host.startsWith(`${name}.`)
  );

/** Metadata services outside the link-local ranges: AWS over IPv6, Alibaba, Azure's wire server, Oracle. */
const METADATA_ADDRESSES = new Set([
  "fd00:ec2::254",
  "fd00:ec2:0:0:0:0:0:254",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
]);

/**
 * Whether an IP address must never be called: link-local, unspecified, multicast, or a metadata service, also when
 * an IPv4 address is dressed as IPv6 (mapped, compatible, translated, NAT64, 6to4, ISATAP).
 * @param address without brackets; a name is no address, so false
 */
export function forbiddenAddress(address: string): boolean {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return forbiddenIpv4(address);
  if (!address.includes(":")) return false;
  const groups = ipv6Groups(address);
  if (groups === undefined) return true;
  const inner = embeddedIpv4(groups);
  const linkLocal = (groups[0]! & 0xffc0) === 0xfe80;
  const multicast = groups[0]! >= 0xff00;
  return linkLocal || multicast || groups.every((group) => group === 0) ||
    METADATA_ADDRESSES.has(groups.map((group) => group.toString(16)).join(":")) ||
    (inner !== undefined && forbiddenIpv4(inner));
}

const forbiddenIpv4 = (address: string): boolean =>
  address.startsWith("169.254.") || address.startsWith("0.") || METADATA_ADDRESSES.has(address) ||
  // Multicast, reserved, broadcast.
  Number(address.split(".")[0]) >= 224;

/** The eight groups of an IPv6 address; undefined when it is none. The URL parser knows every form. */
function ipv6Groups(address: string): ReadonlyArray<number> | undefined {
  const plain = address.split("%")[0]!;
  if (!URL.canParse(`http://[${plain}]/`)) return undefined;
  const [left = "", right] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split("::");
  const read = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const [head, tail] = [read(left), read(right ?? "")];
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/**
 * The IPv4 address inside `::a.b.c.d`, `::ffff:a.b.c.d`, `::ffff:0:a.b.c.d` (RFC 2765), `64:ff9b::a.b.c.d` (RFC 6052),
 * `64:ff9b:1:…:a.b.c.d` (RFC 8215), `…:0:5efe:a.b.c.d` (RFC 5214) and `2002:ab:cd::` (RFC 3056).
 */
function embeddedIpv4(groups: ReadonlyArray<number>): string | undefined {
  const [first, second, third] = groups;
  if (first === 0x2002) return dotted(groups.slice(1, 3));
  const prefix = groups.slice(0, 6).join(",");
  const known = [
    "0,0,0,0,0,0",
    `0,0,0,0,0,${0xffff}`,
    `0,0,0,0,${0xffff},0`,
    `${0x64},${0xff9b},0,0,0,0`,
  ].includes(prefix);
  const local = first === 0x64 && second === 0xff9b && third === 1;
  const isatap = (groups[4]! & 0xfdff) === 0 && groups[5] === 0x5efe;
  if (!known && !local && !isatap) return undefined;
  // `::` and `::1` are addresses of their own.
  return prefix === "0,0,0,0,0,0" && groups[6] === 0 && groups[7]! <= 1
    ? undefined
    : dotted(groups.slice(6));
}

const dotted = (groups: ReadonlyArray<number>): string =>
  groups.flatMap((group) => [group >> 8, group & 0xff]).join(".");
