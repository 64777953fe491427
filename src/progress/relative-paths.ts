/** A path under `cwd` relative to it, `.` for `cwd` itself; any other path as it is. Both with `/` or `\` as separators. */
export function relativePath(path: string, cwd: string): string {
  if (path === cwd) return ".";
  const isInside = path.startsWith(`${cwd}/`) || path.startsWith(`${cwd}\\`);
  return isInside ? path.slice(cwd.length + 1) : path;
}

/** A text, such as a command, in which every path under `cwd` is made relative. Siblings such as `<cwd>-old` stay. */
export function relativizePaths(text: string, cwd: string): string {
  if (cwd === "" || cwd === "/") return text;
  return text.replaceAll(`${cwd}/`, "").replace(new RegExp(`${escapeRegExp(cwd)}(?![\\w.-])`, "g"), ".");
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
