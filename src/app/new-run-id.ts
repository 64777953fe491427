import { randomInt } from "node:crypto";
import { type RunId, toRunId } from "../domain/run.ts";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH = 12;

/** A run id nobody can guess: 12 random characters, 62 bits. */
export function newRunId(): RunId {
  return toRunId(Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(""));
}
