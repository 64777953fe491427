const DAY_MS = 24 * 60 * 60 * 1000;
const UNITS = ["bytes", "KB", "MB", "GB"];

/** `seconds` since 1970 as the clock on the wall shows it. */
export function clockTime(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

/** `Today`, `Yesterday` or the date; `seconds` and `now` (milliseconds) are since 1970. */
export function dayLabel(seconds, now) {
  const date = new Date(seconds * 1000);
  const daysAgo = Math.round((startOfDay(new Date(now)) - startOfDay(date)) / DAY_MS);
  if (daysAgo === 0) return "Today";
  if (daysAgo === 1) return "Yesterday";
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString([], { day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }) });
}

/** `bytes` as people say it: `1.4 MB`. */
export function fileSize(bytes) {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  const digits = power > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${bytes === 1 ? "byte" : UNITS[power]}`;
}

/** What a message says in one line: for previews. */
export function oneLine(message) {
  const file = message.document?.file_name ?? (message.photo ? "Photo" : message.voice ? "Voice message" : "");
  const text = message.text ?? message.caption ?? file;
  return text.slice(0, 200).replace(/\s+/g, " ").trim();
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
