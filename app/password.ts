/** Passwords: scrypt, slow on purpose, compared in constant time. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { broken } from "./problem.ts";

/** N 2^16 takes about 0.4 s and 64 MB here, off the event loop. */
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };
const LENGTH = 32;
/** A longer one costs hashing time and gains nothing. */
export const LONGEST_PASSWORD = 1000;
export const SHORTEST_PASSWORD = 10;

/** Throws 422 for one that is too short. */
export function requireLength(password: string): void {
  if (password.length >= SHORTEST_PASSWORD) return;
  throw broken([{
    path: "password",
    message: `A password must have at least ${SHORTEST_PASSWORD} characters`,
  }]);
}

/** The hash to store: `scrypt:N:r:p:salt:key`, salt and key in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64"), key.toString("base64")]
    .join(":");
}

/** Whether the password is the one hashed. Without a hash it takes as long and is false. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [form, n, r, p, salt, key] = (stored ?? NOBODY).split(":");
  if (form !== "scrypt" || key === undefined) throw new Error("Cannot read a password hash");
  const wanted = Buffer.from(key, "base64");
  const found = await derive(password.slice(0, LONGEST_PASSWORD), Buffer.from(salt!, "base64"), {
    N: Number(n),
    r: Number(r),
    p: Number(p),
    maxmem: COST.maxmem,
  });
  return timingSafeEqual(found, wanted) && stored !== null;
}

/** Stands in for the hash of a user who does not exist. */
const NOBODY = `scrypt:${COST.N}:${COST.r}:${COST.p}:${Buffer.alloc(16).toString("base64")}:${
  Buffer.alloc(LENGTH).toString("base64")
}`;

const derive = (password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(
      password.normalize("NFKC"),
      salt,
      LENGTH,
      cost,
      (error, key) => error ? reject(error) : resolve(key),
    )
  );
