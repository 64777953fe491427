let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for single characters, in order. The data behind it takes some 10 ms to load: that is left to the first text. */
export function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}
