import type { FakeTurn } from "./fake-turn.ts";

type Scene = (turn: FakeTurn) => Promise<void>;

/** Plays what the first word of a prompt names; any other prompt is repeated. */
export async function playScript(turn: FakeTurn): Promise<void> {
  turn.think(true);
  await (scenes.get(turn.text.split(" ")[0] ?? "") ?? echo)(turn);
}

const scenes: ReadonlyMap<string, Scene> = new Map<string, Scene>([
  ["FAIL", fail],
  ["HANG", hang],
  ["TOOLS", useTools],
  ["PERMISSION", askPermission],
  ["QUESTION", askQuestion],
  ["PLAN", showPlan],
  ["LOST_END", loseEnd],
  ["SPLIT", split],
  ["META", tellMeta],
  ["SILENT", async () => {}],
  ["EMPTY", sayNothing],
  ["API_ERROR", async (turn) => await speak(turn, "API Error: 400 The request was not valid.")],
  ["DEAF", beDeaf],
]);

async function echo(turn: FakeTurn): Promise<void> {
  await speak(turn, turn.text);
}

async function speak(turn: FakeTurn, text: string): Promise<void> {
  await turn.start();
  await turn.words(text);
  await turn.finish();
}

async function sayNothing(turn: FakeTurn): Promise<void> {
  await turn.start();
  await turn.finish();
}

async function fail(turn: FakeTurn): Promise<void> {
  await turn.start();
  await turn.service("API Error: 500 out of order");
  turn.think(false);
  await turn.end("failed");
}

async function hang(turn: FakeTurn): Promise<void> {
  await turn.start();
  await turn.words("I will take my time.");
  await turn.aborted();
  turn.think(false);
  await turn.notice("Aborted by user");
}

/** Ignores the abort, as an agent does that is stuck in a tool. */
async function beDeaf(turn: FakeTurn): Promise<void> {
  await turn.start();
  await turn.toolStart("Bash", { command: "sleep 1000" });
  await new Promise(() => {});
}

async function useTools(turn: FakeTurn): Promise<void> {
  await turn.start();
  await turn.words("Let me look.");
  await turn.tool("Bash", { command: "ls -1" });
  await turn.words("It needs a file.", { isThought: true });
  await turn.tool("Write", { file_path: "/home/user/project/out.txt", content: "x" });
  await turn.words("Two tools were used.");
  await turn.finish();
}

async function askPermission(turn: FakeTurn): Promise<void> {
  await turn.start();
  await turn.words("I must ask.");
  const answer = await turn.session.ask("toolu_ask", { tool: "Bash", args: { command: "touch x" } });
  if (turn.isAborted) {
    turn.think(false);
    return await turn.notice("Aborted by user");
  }
  await turn.toolEnd(await turn.toolStart("Bash", { command: "touch x" }, "toolu_ask"));
  await turn.words(JSON.stringify(answer ?? "taken back"));
  await turn.finish();
}

const question = {
  question: "Which colour should it be?",
  header: "Colour",
  options: [{ label: "Red", description: "A warm colour" }, { label: "Blue" }],
  multiSelect: false,
};

async function askQuestion(turn: FakeTurn): Promise<void> {
  await turn.start();
  const answer = await turn.session.ask("toolu_question", { tool: "AskUserQuestion", args: { questions: [question] } });
  await turn.words(JSON.stringify(answer));
  await turn.finish();
}

async function showPlan(turn: FakeTurn): Promise<void> {
  await turn.start();
  const answer = await turn.session.ask("toolu_plan", { tool: "ExitPlanMode", args: { plan: "1. Think\n2. Act" } });
  await turn.words(JSON.stringify(answer));
  await turn.finish();
}

/** What CLI 1.2.5 does when the model answers at once. */
async function loseEnd(turn: FakeTurn): Promise<void> {
  turn.session.notify("done");
  await turn.start();
  await turn.words("The end is lost.");
  turn.think(false);
}

/** The end of the first half comes before the answer. */
async function split(turn: FakeTurn): Promise<void> {
  await turn.start();
  await turn.words("Creating the file.");
  await turn.tool("Write", { file_path: "/home/user/project/a.txt", content: "x" });
  turn.think(false);
  await turn.end();
  await turn.start();
  await turn.words("Done.");
  turn.session.notify("done");
}

async function tellMeta(turn: FakeTurn): Promise<void> {
  await speak(turn, JSON.stringify(turn.meta));
}
