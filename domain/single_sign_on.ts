/** Single sign-on as the environment describes it: the provider, and what its groups give here. */
import { isPermission, type Permission } from "./permissions.ts";
import { ROLES } from "./roles.ts";

export interface SingleSignOn {
  /** What the provider is called on the login page. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  /** An `enc:v1:` envelope, or plain text outside production. */
  readonly clientSecret: string;
  /** Where the provider sends people back to: our own callback. */
  readonly redirectUrl: string;
  readonly groupsClaim: string;
  readonly gifts: ReadonlyArray<Gift>;
}

/** What members of a group may do in an organization. */
export interface Gift {
  readonly group: string;
  /** The organization's code. */
  readonly organization: string;
  readonly permissions: ReadonlyArray<Permission>;
}

export const CALLBACK = "/api/auth/oidc/callback";

/** What these groups give together, by the organization's code. */
export function givenBy(
  gifts: ReadonlyArray<Gift>,
  groups: ReadonlyArray<string>,
): ReadonlyMap<string, ReadonlyArray<Permission>> {
  const given = new Map<string, ReadonlyArray<Permission>>();
  for (const { group, organization, permissions } of gifts) {
    if (!groups.includes(group)) continue;
    given.set(organization, [...new Set([...given.get(organization) ?? [], ...permissions])]);
  }
  return given;
}

/**
 * Reads OIDC_GROUP_MAP: `{"<group>": {"organization": "RIO", "role": "Planner"}}`, with `permissions` in place of
 * `role`, or a list of such.
 * @returns undefined when it is anything else
 */
export function readGifts(text: string): ReadonlyArray<Gift> | undefined {
  const map = parsed(text);
  if (!isRecord(map)) return undefined;
  const gifts = Object.entries(map).flatMap(([group, given]) =>
    (Array.isArray(given) ? given : [given]).map((one) => readGift(group, one))
  );
  return gifts.every((gift) => gift !== undefined) ? gifts : undefined;
}

function readGift(group: string, given: unknown): Gift | undefined {
  if (!isRecord(given)) return undefined;
  const { organization, role, permissions, ...unknown } = given;
  if (typeof organization !== "string" || organization === "") return undefined;
  if (Object.keys(unknown).length > 0 || (role === undefined) === (permissions === undefined)) {
    return undefined;
  }
  const held = role === undefined
    ? permissions
    : ROLES.find(({ name }) => name === role)?.permissions;
  if (!Array.isArray(held) || !held.every((name) => isPermission(String(name)))) return undefined;
  return { group, organization, permissions: held };
}

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
