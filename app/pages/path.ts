/** Where a form may lead to: a path of this site, and nothing else. */

const SITE = "http://site.invalid";

/** The path with its query when it stays on this site, otherwise `/`. */
export function sitePath(wish: unknown): string {
  if (typeof wish !== "string" || !wish.startsWith("/") || !URL.canParse(wish, SITE)) return "/";
  const { origin, pathname, search, hash } = new URL(wish, SITE);
  // `/.//evil.test` has the path `//evil.test`, which a browser reads as another host.
  return origin === SITE && !pathname.startsWith("//") ? pathname + search + hash : "/";
}
