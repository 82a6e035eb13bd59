/** Where PEMS and the alerts' receiver may be: which URLs and addresses the product agrees to call. */
import { lookup } from "node:dns/promises";
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

/**
 * Why the URL must not be called, by its text and by the addresses behind its name; undefined: it may be. What the
 * name stands for may change before the call: this keeps out mistakes, the network's own walls keep out the rest.
 */
export async function refusalOf(text: string): Promise<string | undefined> {
  const refused = refusal(text);
  if (refused !== undefined) return refused;
  const host = hostOf(new URL(text));
  const addresses = await lookup(host, { all: true }).catch(() => []);
  if (addresses.length === 0) return `${host} has no address`;
  return addresses.some(({ address }) => forbiddenAddress(address))
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
  return forbiddenAddress(host) || METADATA_NAMES.has(host)
    ? `${host} is a link-local or metadata address`
    : undefined;
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

const METADATA_NAMES = new Set(["metadata.google.internal", "metadata.goog", "instance-data"]);

/** Metadata services outside the link-local ranges: AWS over IPv6, Alibaba, Azure's wire server, Oracle. */
const METADATA_ADDRESSES = new Set([
  "fd00:ec2::254",
  "fd00:ec2:0:0:0:0:0:254",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
]);

/**
 * Whether an IP address must never be called: link-local, unspecified, or a metadata service, also when
 * an IPv4 address is dressed as IPv6 (mapped, compatible, NAT64).
 * @param address without brackets; a name is no address, so false
 */
export function forbiddenAddress(address: string): boolean {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return forbiddenIpv4(address);
  if (!address.includes(":")) return false;
  const groups = ipv6Groups(address);
  if (groups === undefined) return true;
  const inner = embeddedIpv4(groups);
  const linkLocal = (groups[0]! & 0xffc0) === 0xfe80;
  return linkLocal || groups.every((group) => group === 0) ||
    METADATA_ADDRESSES.has(groups.map((group) => group.toString(16)).join(":")) ||
    (inner !== undefined && forbiddenIpv4(inner));
}

const forbiddenIpv4 = (address: string): boolean =>
  address.startsWith("169.254.") || address.startsWith("0.") || METADATA_ADDRESSES.has(address);

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

/** The IPv4 address inside `::a.b.c.d`, `::ffff:a.b.c.d` and `64:ff9b::a.b.c.d`. */
function embeddedIpv4(groups: ReadonlyArray<number>): string | undefined {
  const prefix = groups.slice(0, 6).join(",");
  const known = ["0,0,0,0,0,0", `0,0,0,0,0,${0xffff}`, `${0x64},${0xff9b},0,0,0,0`];
  if (!known.includes(prefix) || (groups[6] === 0 && groups[7]! <= 1)) return undefined;
  return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]).join(".");
}
