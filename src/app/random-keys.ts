import { randomInt } from "node:crypto";
import { type RunId, toRunId } from "../domain/run.ts";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH = 12;

/** A name nobody can guess, for callback data: 12 random characters, 62 bits. */
export function newKey(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

export function newRunId(): RunId {
  return toRunId(newKey());
}
