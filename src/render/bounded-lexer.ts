import { Lexer, type Token } from "marked";

/**
 * marked's lexer with an upper bound on inline work. Its time grows with paragraph length times marks (90,000 UTF-16 units of `~~a~ ` take
 * 20 s); past the bound, about half a second, a paragraph is left as plain text. Ordinary answers use a hundredth of it.
 */
export class BoundedLexer extends Lexer {
  #work = 0;

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    const marks = source.match(/[~[_*`<]/g)?.length ?? 0;
    this.#work += source.length * marks;
    if (this.#work <= MAX_WORK) return super.inlineTokens(source, tokens);
    tokens.push({ type: "text", raw: source, text: source, escaped: false });
    return tokens;
  }
}

const MAX_WORK = 1e8;
