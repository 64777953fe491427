import { expect, it } from "vitest";
import { noteErrors } from "../../../src/app/status/noted-errors.ts";
import { TOKEN } from "../../config/factories.ts";
import { FakeClock } from "../../telegram/fake-clock.ts";
import { RecordingLog } from "../../telegram/recording-log.ts";

it("remembers the latest error with its cause and its time, and nothing else", async () => {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const errors = noteErrors(log, { clock, secrets: [] });
  expect(errors.last()).toBeUndefined();
  errors.log.error("the first");
  await clock.advance(5);
  errors.log.error("a delivery broke", { error: new Error("disk\nfull") });
  errors.log.warn("not receiving updates");
  expect(errors.last()).toEqual({ at: clock.now(), message: "a delivery broke (disk full)" });
  expect(log.messages("error")).toEqual(["the first", "a delivery broke"]);
  expect(log.messages("warn")).toEqual(["not receiving updates"]);
});

it("keeps secrets out, and is short", () => {
  const secret = "correct horse battery";
  const errors = noteErrors(new RecordingLog(), { clock: new FakeClock(), secrets: [secret] });
  errors.log.error(`refused ${secret}`, { reason: `for ${TOKEN} ${"x ".repeat(1000)}` });
  const { message = "" } = errors.last() ?? {};
  expect(message).not.toContain(secret);
  expect(message).not.toContain(TOKEN.split(":")[1]);
  expect(message.length).toBe(300);
});
