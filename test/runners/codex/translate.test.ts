import { describe, expect, it } from "vitest";
import { unwrapShell } from "../../../runners/codex/unwrap-shell.ts";
import type { ActionEvent, TakopiEvent } from "../../../src/domain/event.ts";
import { completedOf } from "../../factories.ts";
import { play, titles } from "./fake-codex.ts";
import { replay } from "./replay.ts";

function actions(events: readonly TakopiEvent[], id: string): readonly ActionEvent[] {
  return events.filter((event): event is ActionEvent => event.type === "action" && event.action.id === id);
}

describe("the answer", () => {
  it("is the message marked as final; commentary is a note", async () => {
    const events = await play("PHASES");
    expect(completedOf(events).answer).toBe("The answer.");
    expect(actions(events, "m1")).toMatchObject([
      { phase: "completed", action: { kind: "note", title: "Let me look." } },
    ]);
  });

  it("is the last message where none is marked", async () => {
    expect(completedOf(await replay("two-messages")).answer).toBe("echo: TWO messages");
  });

  it("is as the model wrote it, to the last space", async () => {
    expect(completedOf(await play("a  \n")).answer).toBe("a  \n");
  });

  it("is never a sub-agent's, whose commands are shown all the same", async () => {
    const events = await play("SUBAGENT");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "mine" });
    expect(titles(events)).toEqual(["touch x"]);
  });

  it("of a failed turn is what was said so far", async () => {
    expect(completedOf(await replay("incomplete"))).toMatchObject({ ok: false, answer: "echo: INCOMPLETE" });
  });
});

describe("tries of a call to the API", () => {
  it("are one note that ends when one of them works", async () => {
    const events = await play("RETRY");
    expect(actions(events, "codex.reconnect.1")).toMatchObject([
      { phase: "started", action: { title: "Reconnecting... 1/2 (stream lost)" } },
      { phase: "completed", ok: true },
    ]);
    expect(titles(events)).toContain("a slip");
    expect(completedOf(events)).toMatchObject({ ok: true, answer: "back again" });
  });

  it("are one note that fails with the turn, which has the error once", async () => {
    const events = await replay("as-error");
    expect(actions(events, "codex.reconnect.1").map(({ phase, ok }) => [phase, ok])).toEqual([
      ["started", undefined],
      ["updated", undefined],
      ["completed", false],
    ]);
    expect(completedOf(events).error).toBe(
      "We’re currently experiencing high demand, which may cause temporary errors.",
    );
    expect(titles(events).filter((title) => !title.startsWith("Reconnecting"))).toEqual([]);
  });
});

describe("steps", () => {
  it("of the plan are one note, which ends with the turn", async () => {
    const events = await replay("as-multi-step");
    const plan = events.flatMap((event) =>
      event.type === "action" && event.action.title.startsWith("todo") ? [`${event.phase} ${event.action.title}`] : [],
    );
    expect(plan).toEqual([
      "started todo 0/3: Look at the code",
      "updated todo 1/3: Make the change",
      "updated todo 2/3: Run the tests",
      "completed todo 2/3: Run the tests",
    ]);
  });

  it("left open by an interrupted turn have failed", async () => {
    expect(actions(await replay("as-interrupt-command"), "call_000001c8").at(-1)).toMatchObject({
      phase: "completed",
      ok: false,
    });
  });

  it("that were declined say so", async () => {
    const declined = actions(await replay("as-deny-command"), "call_00000187").at(-1);
    expect(declined).toMatchObject({ ok: false, message: "declined" });
  });
});

describe("tokens", () => {
  it("are those of the run alone in the app-server, also in a resumed session", async () => {
    const requested = "01a1fbd4-ac7d-7270-990b-94f22b6173d0";
    expect(completedOf(await replay("as-resume-2", { requested })).usage).toMatchObject({
      input_tokens: 1200,
      output_tokens: 60,
    });
    expect(completedOf(await replay("as-untrusted")).usage).toMatchObject({ input_tokens: 5040, output_tokens: 240 });
  });

  it("of a resumed exec are marked as those of the whole session", async () => {
    const { usage } = completedOf(await replay("resume", { requested: "01a1fbcf-df83-7692-a225-989261006f8f" }));
    expect(usage).toMatchObject({ input_tokens: 3640, cumulative: true });
    expect(completedOf(await replay("text")).usage).not.toHaveProperty("cumulative");
  });
});

describe("a command", () => {
  it.each([
    ["/bin/bash -lc 'npm test'", "npm test"],
    ["/bin/bash -lc ls", "ls"],
    ["bash -c 'a && b'", "a && b"],
    [`/bin/bash -lc "sh -c 'echo oops >&2; exit 3'"`, "sh -c 'echo oops >&2; exit 3'"],
    [String.raw`/bin/zsh -lc "echo \"a\" \$HOME"`, `echo "a" $HOME`],
    [`/bin/bash -lc 'it'"'"'s'`, "it's"],
    ["/bin/bash -lc 'one\ntwo'", "one\ntwo"],
    ["/bin/bash -lc 'a' b", "/bin/bash -lc 'a' b"],
    ["/bin/bash -lc 'open", "/bin/bash -lc 'open"],
    ["npm test", "npm test"],
    ["", ""],
  ])("%j is shown as %j", (command, shown) => {
    expect(unwrapShell(command)).toBe(shown);
  });
});
