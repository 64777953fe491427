import { realpath } from "node:fs/promises";
import type { TakopiEvent } from "../../src/domain/event.ts";
import type { RunHost, RunRequest } from "../../src/runner/runner.ts";
import { createApi } from "./api.ts";
import { complete } from "./complete.ts";
import { Dialogue } from "./dialogue.ts";
import { exitFailure } from "./failure.ts";
import { openSession, type OpenedSession } from "./open-session.ts";
import type { RunnerOptions } from "./options.ts";
import { defaultPatience, type Patience } from "./patience.ts";
import { agentOf } from "./plan.ts";
import { startServer, type Server } from "./server.ts";
import { begin, initialState, type Failure, type Step } from "./state.ts";
import { remark } from "../../src/runner/step.ts";

/** One run on a server of its own. */
export async function* runServed(
  request: RunRequest,
  host: RunHost,
  options: RunnerOptions,
): AsyncGenerator<TakopiEvent, void, undefined> {
  const unopened = initialState(request.cwd, request.resume?.value);
  const server = host.signal.aborted
    ? { error: "cancelled" }
    : await startServer(request, host, { ...options, asksForPlans: request.options.plan === true });
  if ("error" in server) {
    yield* complete(unopened, server);
    return;
  }
  const patience: Patience = { ...defaultPatience, ...options.patience };
  const session = await sessionOn(server, request, host);
  if ("error" in session) {
    yield* complete(unopened, session);
    await server.child.stop({ termGraceMs: patience.termMs });
    return;
  }
  const { state, events } = await started(request, session, options);
  const api = createApi({ ...server, directory: session.directory ?? request.cwd });
  const { config } = options;
  const dialogue = new Dialogue({
    child: server.child,
    api,
    session: session.id,
    request,
    host,
    config,
    state,
    patience,
  });
  try {
    yield* events;
    yield* dialogue.hold();
  } finally {
    await dialogue.close();
  }
}

async function sessionOn(server: Server, request: RunRequest, host: RunHost): Promise<OpenedSession | Failure> {
  try {
    return await openSession(createApi({ ...server, directory: request.cwd }), request, host.signal);
  } catch {
    const exit = await server.child.stop();
    return host.signal.aborted ? { error: "cancelled" } : exitFailure(exit, server.child.stderrTail());
  }
}

async function started(request: RunRequest, session: OpenedSession, { config }: RunnerOptions): Promise<Step> {
  const title = request.options.model ?? config.model ?? session.model;
  const agent = agentOf(request, config);
  const extra = {
    ...(title === undefined ? {} : { title }),
    ...(agent === undefined ? {} : { meta: { agent } }),
  };
  const begun = begin(initialState(request.cwd, request.resume?.value), session.id, extra);
  // The engine knows directories without their symbolic links.
  const here = [request.cwd, await realpath(request.cwd).catch(() => request.cwd)];
  if (session.directory === undefined || here.includes(session.directory)) return begun;
  const noted = remark(begun.state, { title: `this session works in ${session.directory}`, level: "warning" });
  return { state: noted.state, events: [...begun.events, ...noted.events] };
}
