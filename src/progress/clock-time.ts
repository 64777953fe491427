/** `14:05`, and the day before it where it is not today's: in the time of the bot's machine. */
export function clockTime(at: number, now: number): string {
  const [day, today] = [new Date(at), new Date(now)];
  const time = `${twoDigits(day.getHours())}:${twoDigits(day.getMinutes())}`;
  return day.toDateString() === today.toDateString()
    ? time
    : `${day.toLocaleDateString("en-US", { weekday: "short" })} ${time}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
