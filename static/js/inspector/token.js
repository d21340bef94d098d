/** A compact token as three editable parts. What is not edited keeps its exact bytes. */

import { hmacSha256 } from "./sha256.js";

const encoder = new TextEncoder();

/** Bytes as base64url without padding (RFC 7515, section 2). */
export function encodeBytes(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function encodeText(text) {
  return encodeBytes(encoder.encode(text));
}

/** The bytes of a base64 or base64url text; throws where it is neither. */
export function bytesOf(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function decodeText(part) {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytesOf(part));
}

/** JSON indented for reading; text that is not JSON, or not base64url, as it is. */
function readable(part) {
  try {
    const text = decodeText(part);
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return part;
  }
}

/** The object that a text is as JSON; empty when it is none. */
function parsed(text) {
  try {
    const found = JSON.parse(text);
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

/** A value as a sentence has it; nothing stands for a claim that is not there. */
function written(value) {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** A token being edited. */
export class Draft {
  /** @param {string} token @param {{secret?: boolean}} options secret: do not show the signature */
  constructor(token, { secret = false } = {}) {
    const [header = "", payload = "", ...rest] = token.trim().split(".");
    this.secret = secret;
    this.original = { header, payload, signature: rest.join(".") };
    this.shown = { header: readable(header), payload: readable(payload) };
    this.texts = { ...this.shown, signature: this.original.signature };
  }

  /** Set one part's text: JSON for the header and the payload. */
  edit(part, text) {
    this.texts[part] = text;
  }

  /** Change fields of a part that is JSON. */
  change(part, fields) {
    this.edit(part, JSON.stringify({ ...this.json(part), ...fields }, null, 2));
  }

  /** A part as an object; empty when it is not one. */
  json(part) {
    return parsed(this.texts[part]);
  }

  /** What differs from the token as it was opened, in words: `exp was 5, now 9`. */
  changes() {
    const { signature } = this.texts;
    const found = [...this.changed("header"), ...this.changed("payload")];
    if (signature === this.original.signature) return found;
    return [...found, signature ? "another signature" : "no signature"];
  }

  changed(part) {
    if (this.texts[part] === this.shown[part]) return [];
    const before = parsed(this.shown[part]);
    const after = this.json(part);
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    const differ = [...names].filter((name) => written(before[name]) !== written(after[name]));
    if (!differ.length) return [`the ${part} is written otherwise`];
    return differ.map((name) => `${name} was ${written(before[name])}, now ${written(after[name])}`);
  }

  /** The header and payload as they are sent, which is what a signature covers. */
  get signed() {
    return `${this.encoded("header")}.${this.encoded("payload")}`;
  }

  /** The token as it is sent. */
  get token() {
    return `${this.signed}.${this.texts.signature.trim()}`;
  }

  encoded(part) {
    const text = this.texts[part];
    if (text === this.shown[part]) return this.original[part];
    try {
      return encodeText(JSON.stringify(JSON.parse(text)));
    } catch {
      return encodeText(text);
    }
  }
}

/** Sign with HMAC-SHA-256, as a forger would with a key that it hopes the server uses. */
export async function hmac(text, secret) {
  return encodeBytes(await hmacBytes(encoder.encode(text), secret));
}

async function hmacBytes(message, secret) {
  if (!crypto.subtle) return hmacSha256(secret, message); // it is there on secure origins alone
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}
