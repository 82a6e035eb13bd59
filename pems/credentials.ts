/** Credentials at rest: API keys sealed with AES-256-GCM, bound to the organization they belong to. */

/** What the key of the environment is bound to. */
export const DEFAULT_OWNER = "default";

export interface Vault {
  /** An `enc:v1:` envelope that only this owner can open. */
  seal(owner: string, text: string): Promise<string>;
  /** Throws when no key opens it: another owner's, altered, or sealed with a key that is gone. */
  open(owner: string, envelope: string): Promise<string>;
  /** 32 bytes for one purpose, from the newest key by HKDF-SHA-256 without salt; the label is its info. */
  derive(label: string): Promise<Uint8Array<ArrayBuffer>>;
}

const PREFIX = "enc:v1:";
const IV_BYTES = 12;
const utf8 = new TextEncoder();

/** @param keys 32 bytes in base64 each, newest first: the newest seals, any opens */
export async function makeVault(keys: ReadonlyArray<string>): Promise<Vault> {
  const imported = await Promise.all(
    keys.map((key) =>
      crypto.subtle.importKey("raw", fromBase64(key), "AES-GCM", false, ["encrypt", "decrypt"])
    ),
  );
  const [newest] = imported;
  if (newest === undefined) throw new Error("Cannot seal credentials: no CREDENTIALS_KEY is set");
  const cipher = (owner: string, iv: Uint8Array<ArrayBuffer>) => ({
    name: "AES-GCM",
    iv,
    additionalData: utf8.encode(owner),
  });
  return {
    seal: async (owner, text) => {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await crypto.subtle.encrypt(cipher(owner, iv), newest, utf8.encode(text));
      return PREFIX + toBase64(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
    },
    open: async (owner, envelope) => {
      if (!isSealed(envelope)) {
        throw new Error("Cannot open the credential: it is no enc:v1 envelope");
      }
      const bytes = fromBase64(envelope.slice(PREFIX.length));
      const iv = bytes.slice(0, IV_BYTES);
      for (const key of imported) {
        try {
          const text = await crypto.subtle.decrypt(cipher(owner, iv), key, bytes.slice(IV_BYTES));
          return new TextDecoder().decode(text);
        } catch {
          // Sealed with another key of the list, perhaps.
        }
      }
      throw new Error(
        "Cannot open the credential: no CREDENTIALS_KEY fits, or it belongs to another organization",
      );
    },
    derive: async (label) => {
      const root = await crypto.subtle.importKey("raw", fromBase64(keys[0]!), "HKDF", false, [
        "deriveBits",
      ]);
      const purpose = {
        name: "HKDF",
        hash: "SHA-256",
        salt: new Uint8Array(),
        info: utf8.encode(label),
      };
      return new Uint8Array(await crypto.subtle.deriveBits(purpose, root, 256));
    },
  };
}

export const isSealed = (text: string): boolean => text.startsWith(PREFIX);

/** The key of the environment in clear; plain text stands for itself. */
export const openDefaultKey = async (
  vault: Vault,
  text: string | undefined,
): Promise<string | undefined> =>
  text !== undefined && isSealed(text) ? await vault.open(DEFAULT_OWNER, text) : text;

/** Tells keys apart without telling them: the first 16 hex digits of SHA-256. */
export async function fingerprint(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(text)));
  return Array.from(digest.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
