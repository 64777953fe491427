import type { SecretCover } from "../../bridge/secret-cover.ts";
import { findSecretShapes } from "../../config/secret-shapes.ts";
import type { TextSpan } from "../../config/text-span.ts";

export interface SecretCoverOptions {
  /** Covered always, and never shown on purpose either: the bot's own token. */
  readonly never: readonly string[];
  /** Covered wherever they appear, also as JSON and addresses write them. */
  readonly values: readonly string[];
  /** Whether what has the shape of a known kind of secret is covered too. */
  readonly shapes: boolean;
  /** What is no secret after all; `*` stands for any text. */
  readonly allow: readonly string[];
}

/** Covering one secret may let another one stand out that ran into it; more often than this, nobody wrote it so by chance. */
const MAX_PASSES = 6;

/** Covers the secrets of one bot. Covering twice is covering once, and takes a time that grows with the text and no faster. */
export function createSecretCover(options: SecretCoverOptions): SecretCover {
  const never = withSpellings(options.never);
  const values = withSpellings(options.values);
  const isAllowed = allowList(options.allow);
  const find = (text: string): readonly TextSpan[] => {
    const shapes = options.shapes ? findSecretShapes(text) : [];
    const found = [...findValues(text, values), ...shapes];
    const secret = found.filter(({ from, to }) => !isAllowed(text.slice(from, to)));
    return [...findValues(text, never), ...secret];
  };
  return {
    cover: (text) => coverAll(text, find),
    secretsIn: (text) => {
      const isNever = (secret: string): boolean =>
        never.some((value) => secret.includes(value) || value.includes(secret));
      const texts = merged(find(text)).map(({ from, to }) => text.slice(from, to));
      return [...new Set(texts)].filter((secret) => !isNever(secret));
    },
  };
}

function coverAll(text: string, find: (text: string) => readonly TextSpan[]): string {
  let covered = text;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const next = coverSpans(covered, merged(find(covered)));
    if (next === covered) return covered;
    covered = next;
  }
  return covered;
}

/** Line ends stay, so that a covered key is not a line of its whole length. */
function coverSpans(text: string, spans: readonly TextSpan[]): string {
  let covered = "";
  let at = 0;
  for (const { from, to } of spans) {
    covered += text.slice(at, from) + text.slice(from, to).replace(/[^\n]/g, "•");
    at = to;
  }
  return covered + text.slice(at);
}

/** In order, those that touch as one. */
function merged(spans: readonly TextSpan[]): readonly TextSpan[] {
  const inOrder: TextSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    const last = inOrder.at(-1);
    if (last === undefined || span.from >= last.to) inOrder.push(span);
    else if (span.to > last.to) inOrder[inOrder.length - 1] = { from: last.from, to: span.to };
  }
  return inOrder;
}

function findValues(text: string, values: readonly string[]): readonly TextSpan[] {
  const found: TextSpan[] = [];
  for (const value of values) {
    for (let from = text.indexOf(value); from !== -1; from = text.indexOf(value, from + value.length)) {
      found.push({ from, to: from + value.length });
    }
  }
  return found;
}

/** A line of a value of several lines is as secret as the whole. */
const MIN_LINE_CHARS = 20;

function withSpellings(values: readonly string[]): readonly string[] {
  const spellings = values.flatMap((value) => {
    const lines = value.includes("\n") ? value.split("\n").filter(({ length }) => length >= MIN_LINE_CHARS) : [];
    return [value, value.trim(), JSON.stringify(value).slice(1, -1), encodeURIComponent(wellFormed(value)), ...lines];
  });
  return [...new Set(spellings)].filter((spelling) => spelling !== "");
}

/** Half of a character can't be encoded. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

function allowList(patterns: readonly string[]): (secret: string) => boolean {
  const forms = patterns.map((pattern) => {
    const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${parts.join("[^]*")}$`);
  });
  return (secret) => forms.some((form) => form.test(secret));
}
