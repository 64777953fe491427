/** One line for the CLI's stdin. U+2028 and U+2029 are escaped: Node's readline takes them for the end of a line. */
export function encodeLine(line: Readonly<Record<string, unknown>>): string {
  const json = JSON.stringify(line).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  return `${json}\n`;
}
