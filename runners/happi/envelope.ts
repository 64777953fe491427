import type { PastTurn, RunRequest } from "../../src/runner/runner.ts";
import type { HappiConfig } from "./config.ts";

export interface EnvelopeInput {
  readonly request: RunRequest;
  readonly config: HappiConfig;
  /** The finished turns of the session, oldest first. */
  readonly history: readonly PastTurn[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The line a runtime gets. Every 1.x runtime takes `happi/1.0`; the public one of 1.3 refuses versions it does not know. */
export function envelopeOf(input: EnvelopeInput): Fields {
  const { request, config } = input;
  return {
    v: "happi/1.0",
    id: request.runId,
    cmd: config.cmd,
    args: [firstArgument(input), ...config.args],
    ...(config.flags === undefined ? {} : { flags: config.flags }),
    ...(config.auth === undefined ? {} : { auth: config.auth }),
  };
}

/** The model the runtime is told. */
export function modelOf({ request, config }: Pick<EnvelopeInput, "request" | "config">): string | undefined {
  return config.history === "messages" ? (request.options.model ?? config.model) : undefined;
}

/** A prompt alone is sent as a text in every form: many runtimes, the starters of the page among them, take nothing else. */
function firstArgument(input: EnvelopeInput): unknown {
  const prompt = promptOf(input.request);
  const turns = turnsOf(input);
  switch (input.config.history) {
    case "messages": {
      const model = modelOf(input);
      return turns.length === 0 && model === undefined ? prompt : withMessages(prompt, turns, model);
    }
    case "prompt":
      return turns.length === 0 ? prompt : writtenOut(prompt, turns);
    case "none":
      return prompt;
  }
}

/** Files are named by their path: an envelope has no place for them. */
function promptOf({ prompt, attachments }: RunRequest): string {
  const files = attachments.map(({ path }) => `Attached file: ${path}`);
  return [...(prompt === "" && files.length > 0 ? [] : [prompt]), ...files].join("\n");
}

/** A turn with nothing on one of its sides is left out: services refuse empty messages. */
function turnsOf({ history, config }: EnvelopeInput): readonly PastTurn[] {
  const complete = history.filter(({ prompt, answer }) => prompt.trim() !== "" && answer.trim() !== "");
  return config.history_turns === undefined ? complete : complete.slice(-config.history_turns);
}

function withMessages(prompt: string, turns: readonly PastTurn[], model: string | undefined): Fields {
  const earlier = turns.flatMap((turn) => [
    { role: "user", content: turn.prompt },
    { role: "assistant", content: turn.answer },
  ]);
  return { ...(model === undefined ? {} : { model }), messages: [...earlier, { role: "user", content: prompt }] };
}

function writtenOut(prompt: string, turns: readonly PastTurn[]): string {
  const earlier = turns.flatMap((turn) => [`User:\n${turn.prompt}`, `Assistant:\n${turn.answer}`]);
  return ["What was said before:", ...earlier, "Now answer this:", prompt].join("\n\n");
}
