import { readdirSync, readFileSync } from "node:fs";
import { decodeUpdate } from "../../runners/acp/schema.ts";
import { initialState as acpState } from "../../runners/acp/state.ts";
import { translate as translateAcp } from "../../runners/acp/translate.ts";
import { decodeLine as decodeClaude } from "../../runners/claude/schema.ts";
import { initialState as claudeState } from "../../runners/claude/state.ts";
import { translate as translateClaude, translateMalformed as claudeNoise } from "../../runners/claude/translate.ts";
import { decodeExecLine } from "../../runners/codex/decode-exec.ts";
import { decodeNotification } from "../../runners/codex/decode-notification.ts";
import { initialState as codexState } from "../../runners/codex/state.ts";
import { translate as translateCodex, translateMalformed as codexNoise } from "../../runners/codex/translate.ts";
import { initialState as happiState } from "../../runners/happi/state.ts";
import { translateLine as translateHappi } from "../../runners/happi/translate.ts";
import { decodeLine as decodeHeddle } from "../../runners/heddle/schema.ts";
import { initialState as heddleState } from "../../runners/heddle/state.ts";
import { translate as translateHeddle, translateMalformed as heddleNoise } from "../../runners/heddle/translate.ts";
import { translateLine as translateOpencodeLine } from "../../runners/opencode/printed-run.ts";
import { decodeEvent } from "../../runners/opencode/schema.ts";
import { begin as beginOpencode, initialState as opencodeState } from "../../runners/opencode/state.ts";
import {
  translate as translateOpencode,
  translateMalformed as opencodeNoise,
} from "../../runners/opencode/translate.ts";
import { decodeLine as decodePi } from "../../runners/pi/schema.ts";
import { initialState as piState } from "../../runners/pi/state.ts";
import { translate as translatePi, translateMalformed as piNoise } from "../../runners/pi/translate.ts";
import type { TakopiEvent } from "../../src/domain/event.ts";
import { fieldsAt, isFields, textAt } from "../../src/runner/fields.ts";

/** What an engine said in a recording, and how its words become events. */
export interface EngineStream {
  readonly name: string;
  readonly recordings: readonly (readonly unknown[])[];
  /** Texts are what was printed, anything else is printed as JSON. */
  readonly events: (messages: readonly unknown[]) => readonly TakopiEvent[];
}

const CWD = "/home/user/project";
const MAX_RECORDINGS = 4;
const MAX_MESSAGES = 60;

export const engineStreams: readonly EngineStream[] = [
  {
    name: "claude",
    recordings: recorded("claude", (record) => (record["dir"] === "from_cli" ? record["msg"] : undefined)),
    events: folded(
      () => claudeState(CWD),
      (state, text) => {
        const line = decodeClaude(text);
        return line === undefined ? claudeNoise(state, text) : translateClaude(state, line);
      },
    ),
  },
  {
    name: "pi",
    recordings: recorded("pi", (record) => (record["dir"] === "recv" ? record["msg"] : undefined)),
    events: folded(
      () => piState(CWD),
      (state, text) => {
        const line = decodePi(text);
        return line === undefined ? piNoise(state, text) : translatePi(state, line);
      },
    ),
  },
  {
    name: "codex exec",
    recordings: recorded("codex", (record) => ("dir" in record ? undefined : record)),
    events: folded(
      () => codexState({ cwd: CWD, requested: undefined }),
      (state, text) => {
        const message = decodeExecLine(text);
        return message === undefined ? codexNoise(state, text) : translateCodex(state, message);
      },
    ),
  },
  {
    name: "codex app-server",
    recordings: recorded("codex", (record) => (record["dir"] === "recv" ? record["msg"] : undefined)),
    events: folded(
      () => codexState({ cwd: CWD, requested: undefined }),
      (state, text) => {
        const fields = parsed(text);
        const method = textAt(fields, "method");
        return method === undefined
          ? { state, events: [] }
          : translateCodex(state, decodeNotification(method, fields["params"]));
      },
    ),
  },
  {
    name: "opencode server",
    recordings: recorded("opencode", (record) => (record["dir"] === "sse" ? record["msg"] : undefined)),
    events: folded(opencodeIn, (state, text) => {
      const event = decodeEvent(text);
      return event === undefined ? opencodeNoise(state, text) : translateOpencode(state, event);
    }),
  },
  {
    name: "opencode run",
    recordings: recorded("opencode", (record) => ("dir" in record ? undefined : record)),
    events: folded(
      () => opencodeState(CWD),
      (state, text) => translateOpencodeLine(state, { kind: "line", text }),
    ),
  },
  {
    name: "acp",
    recordings: recorded("acp", (record) => (record["dir"] === "a2c" ? record["msg"] : undefined)),
    events: folded(
      () => ({ ...acpState({ engine: "acp", quirks: {}, cwd: CWD, requested: undefined }), isPrompted: true }),
      (state, text) => translateAcp(state, decodeUpdate(parsed(text)["params"]).update),
    ),
  },
  {
    name: "heddle",
    recordings: recorded("heddle", (record) => (record["dir"] === "out" ? record["json"] : undefined)),
    events: folded(heddleIn, (state, text) => {
      const message = decodeHeddle(text);
      return message === undefined ? heddleNoise(state, text) : translateHeddle(state, message);
    }),
  },
  {
    name: "happi",
    recordings: happiRecordings(),
    events: folded(
      () => happiState({ engine: "happi", cwd: CWD, requestId: "r", requested: undefined }),
      (state, text) => translateHappi(state, { kind: "line", text }),
    ),
  },
];

/** The session a recording is of, which the run knows from the answer to a request. */
function opencodeIn(messages: readonly unknown[]): ReturnType<typeof opencodeState> {
  const [, session = "ses_1"] = /"sessionID":"(\w+)"/.exec(JSON.stringify(messages)) ?? [];
  return beginOpencode(opencodeState(CWD), session).state;
}

function heddleIn(messages: readonly unknown[]): ReturnType<typeof heddleState> {
  const [, sendId = "1"] = /"send_id":"(\w+)"/.exec(JSON.stringify(messages)) ?? [];
  return heddleState({ engine: "heddle", cwd: CWD, sendId });
}

function folded<State>(
  initial: (messages: readonly unknown[]) => State,
  step: (state: State, text: string) => { readonly state: State; readonly events: readonly TakopiEvent[] },
): EngineStream["events"] {
  return (messages) => {
    const events: TakopiEvent[] = [];
    let state = initial(messages);
    for (const message of messages) {
      const next = step(state, typeof message === "string" ? message : JSON.stringify(message));
      state = next.state;
      events.push(...next.events);
    }
    return events;
  };
}

function recorded(
  engine: string,
  said: (record: Readonly<Record<string, unknown>>) => unknown,
): readonly (readonly unknown[])[] {
  const dir = new URL(`../../fixtures/${engine}/`, import.meta.url);
  const files = readdirSync(dir).filter((file) => file.endsWith(".jsonl"));
  const recordings = files.map((file) => {
    const lines = readFileSync(new URL(file, dir), "utf8")
      .split("\n")
      .filter((line) => line !== "");
    return lines.map((line) => said(parsed(line))).filter((message) => message !== undefined);
  });
  return longest(recordings);
}

/** The ones that have most to say, as far as they go. */
function longest(recordings: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return recordings
    .toSorted((a, b) => b.length - a.length)
    .slice(0, MAX_RECORDINGS)
    .map((messages) => messages.filter((message) => JSON.stringify(message).length < 4000).slice(0, MAX_MESSAGES));
}

function happiRecordings(): readonly (readonly unknown[])[] {
  const dir = new URL("../../fixtures/happi/reference/", import.meta.url);
  const files = readdirSync(dir).filter((file) => file.endsWith(".json") && !file.endsWith(".events.json"));
  return longest(
    files.map((file) => {
      const { stdout } = parsed(readFileSync(new URL(file, dir), "utf8"));
      return Array.isArray(stdout) ? stdout.filter((line) => typeof line === "string").map(parsed) : [];
    }),
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    return fieldsAt({}, "");
  }
}
