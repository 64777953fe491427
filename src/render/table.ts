import type { Tokens } from "marked";
import type { MessageText } from "../domain/message-text.ts";
import { displayWidth } from "./display-width.ts";
import { renderInline } from "./inline.ts";
import { EMPTY, join, plain, pre } from "./text-builder.ts";

/**
 * A table as aligned columns in a code block where a phone shows them unbroken, else one record for each row. Links live only in records:
 * Telegram has none inside of code.
 */
export function renderTable(table: Tokens.Table): MessageText {
  // GFM drops the cells that a row has too many, such as behind an unescaped pipe in code.
  if (hasExtraCells(table)) return pre(table.raw.trim());
  const rows = [table.header, ...table.rows].map((row) => row.map(({ tokens }) => renderInline(tokens)));
  const hasLinks = rows.flat().some(({ entities }) => entities.some(({ type }) => type === "text_link"));
  const lines = hasLinks
    ? []
    : alignedLines(
        rows.map((row) => row.map(cellText)),
        table.align,
      );
  const fits = lines.length > 0 && lines.every((line) => displayWidth(line) <= MAX_COLUMNS);
  return fits ? pre(lines.join("\n")) : renderRecords(table);
}

/** Phones show 36 to 44 columns of a code block before they break its lines. */
const MAX_COLUMNS = 44;
const GAP = "  ";

function hasExtraCells({ raw, header }: Tokens.Table): boolean {
  const lines = raw.split("\n").map((line) => line.trim().replace(/^\||(?<!\\)\|$/g, ""));
  return lines.some((line) => line.split(/(?<!\\)\|/).length > header.length);
}

function cellText({ text }: MessageText): string {
  return text.replace(/\s+/g, " ").trim();
}

function alignedLines(rows: readonly (readonly string[])[], align: Tokens.Table["align"]): readonly string[] {
  const columns = align.map((side, index) => ({
    side,
    width: Math.max(...rows.map((row) => displayWidth(row[index] ?? "")), 1),
  }));
  const lines = rows.map((row) =>
    columns
      .map(({ side, width }, index) => pad(row[index] ?? "", width, side))
      .join(GAP)
      .trimEnd(),
  );
  const rule = columns.map(({ width }) => "─".repeat(width)).join(GAP);
  return [...lines.slice(0, 1), rule, ...lines.slice(1)];
}

function pad(text: string, width: number, side: Tokens.Table["align"][number]): string {
  const space = Math.max(0, width - displayWidth(text));
  if (side === "right") return " ".repeat(space) + text;
  const before = side === "center" ? Math.floor(space / 2) : 0;
  return " ".repeat(before) + text + " ".repeat(space - before);
}

function renderRecords(table: Tokens.Table): MessageText {
  const rows = table.rows.length > 0 ? table.rows : [table.header];
  const headers = table.rows.length > 0 ? table.header : [];
  return join(
    rows.map((row) => renderRecord(row, headers)),
    "\n\n",
  );
}

function renderRecord(row: readonly Tokens.TableCell[], headers: readonly Tokens.TableCell[]): MessageText {
  const lines = row.map(({ tokens }, index) => {
    const isTitle = index === 0;
    const value = renderInline(tokens, isTitle ? [{ type: "bold" }] : []);
    if (value.text.trim() === "") return EMPTY;
    const header = renderInline(headers[index]?.tokens ?? []);
    const name = header.text === "" ? EMPTY : join([header, plain(": ")]);
    return join([plain(isTitle ? "" : "• "), name, value]);
  });
  return join(lines, "\n");
}
