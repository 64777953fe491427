import fc, { type Arbitrary, type IProperty, type IAsyncProperty } from "fast-check";

/** The same inputs every time: a failure is a failure for everybody. Change it to look elsewhere. */
const SEED = 20_261_121;

/** Holds for this many random inputs. What fails is shown as small as it can be made. */
export function holds<Input>(property: IProperty<Input>, numRuns: number = 300): void {
  fc.assert(property, { seed: SEED, numRuns });
}

export async function holdsAsync<Input>(property: IAsyncProperty<Input>, numRuns: number = 100): Promise<void> {
  await fc.assert(property, { seed: SEED, numRuns });
}

/** Any sequence of UTF-16 units: halves of characters, control characters and line ends of all kinds among them. */
export const anyText: Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(...Array.from("`@/\\\n\r\t -–:;,.#*_()[]{}<>\"'|0aZ"), "\u2028", "\u0000", "\ud83d", "🙂"),
    maxLength: 80,
  }),
);

export const anyJson: Arbitrary<unknown> = fc.jsonValue({ maxDepth: 4 });

/** Sentences of a small language with noise between, so that a grammar is hit and just missed. */
export function near(words: readonly string[], maxLength: number = 12): Arbitrary<string> {
  const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: anyText });
  return fc.array(word, { maxLength }).map((parts) => parts.join(""));
}
