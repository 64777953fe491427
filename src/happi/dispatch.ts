import type { EngineId } from "../domain/event.ts";
import { runtimeVersion, type Envelope, type Incoming } from "./envelope.ts";
import type { HappiBodies } from "./happi-event.ts";
import type { HappiHost } from "./happi-host.ts";
import { runEngine } from "./run-engine.ts";
import { usageOf } from "./usage.ts";

/** Everything that is said about one line of the input. */
export async function* dispatch(incoming: Incoming, host: HappiHost): HappiBodies {
  if (incoming.kind === "request") {
    yield { type: "started" };
    yield* answer(incoming.envelope, host);
    return;
  }
  // Nothing has started for a line that does not say for what.
  if (incoming.isNamed) yield { type: "started" };
  yield { type: "error", code: "parse_error", message: incoming.problem };
}

function answer(envelope: Envelope, host: HappiHost): HappiBodies {
  const engine = engineIn(envelope.cmd);
  if (engine !== undefined) return runEngine(envelope, engine, host);
  switch (envelope.cmd) {
    case "echo":
      return echo(envelope);
    case "version":
      return tellVersion(host);
    default:
      return refuse(envelope);
  }
}

function engineIn(cmd: string): EngineId | undefined {
  return /^(?<engine>.+)\.run$/u.exec(cmd)?.groups?.["engine"];
}

/** Each text comes back as one delta; a delta without text would not be one. */
async function* echo({ args }: Envelope): HappiBodies {
  for (const text of args) {
    if (typeof text === "string" && text !== "") yield { type: "delta", text };
  }
  yield { type: "completed", usage: usageOf() };
}

async function* tellVersion({ version }: HappiHost): HappiBodies {
  yield { type: "delta", text: runtimeVersion };
  yield { type: "completed", usage: usageOf(), runtime: { name: "takopi", version } };
}

async function* refuse({ cmd }: Envelope): HappiBodies {
  const message = `there is no command "${cmd}"; this runtime has echo, version and <engine>.run, such as claude.run`;
  yield { type: "error", code: "unknown_cmd", message };
}
