import { distance } from "fastest-levenshtein";

/** What to say about a word that is not known: the one that was meant, or else all there are. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `Known: ${known.join(", ")}` : `Did you mean ${near}?`;
}

/** The known word this one was probably meant to be. Undefined when nothing is near. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(Math.min(word.length, candidate.length) / 2)))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate;
}
