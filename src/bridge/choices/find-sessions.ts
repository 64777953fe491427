import type { EngineId } from "../../domain/event.ts";
import type { Runner, SessionSummary } from "../../runner/runner.ts";
import type { Clock, EngineSource, Log } from "../ports.ts";
import type { SecretCover } from "../secret-cover.ts";
import type { BridgeSettings } from "../settings.ts";

export interface FindSessionsDeps {
  readonly engines: EngineSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Pick<BridgeSettings, "secrets">;
}

export interface FoundSessions {
  /** Of all asked engines, newest first. */
  readonly sessions: readonly SessionSummary[];
  /** Engines that did not answer. */
  readonly silent: readonly EngineId[];
}

/** Some engines start a program to list their sessions. */
const PATIENCE_MS = 10_000;

/** The sessions of a directory, of one engine or of all that list any. An engine that fails is named and does not hold up the others. */
export async function findSessions(
  deps: FindSessionsDeps,
  wish: { readonly cwd: string; readonly engine?: EngineId },
): Promise<FoundSessions> {
  const runners = deps.engines.runners.filter(
    ({ engine, capabilities }) =>
      capabilities.sessions && (wish.engine ?? engine) === engine && deps.engines.runner(engine) !== undefined,
  );
  const lists = await Promise.all(runners.map(async (runner) => await listOf(deps, runner, wish.cwd)));
  return {
    sessions: lists
      .flatMap((list) => list ?? [])
      .map((session) => withCoveredTitle(deps.settings.secrets, session))
      .toSorted((a, b) => b.updatedAt - a.updatedAt),
    silent: runners.filter((_, index) => lists[index] === undefined).map(({ engine }) => engine),
  };
}

/** Titles are the first words of a session, and are shortened where they are shown. */
function withCoveredTitle({ cover }: SecretCover, session: SessionSummary): SessionSummary {
  return session.title === undefined ? session : { ...session, title: cover(session.title) };
}

async function listOf(
  deps: FindSessionsDeps,
  runner: Runner,
  cwd: string,
): Promise<readonly SessionSummary[] | undefined> {
  const aborter = new AbortController();
  const cancelTimer = deps.clock.setTimer(PATIENCE_MS, () => aborter.abort());
  try {
    const host = { signal: aborter.signal, env: deps.engines.environment(runner.engine) };
    return await Promise.race([runner.listSessions?.(cwd, host), rejectedBy(aborter.signal)]);
  } catch (error) {
    deps.log.warn("sessions could not be listed", { engine: runner.engine, error });
    return undefined;
  } finally {
    cancelTimer();
    aborter.abort();
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("no answer in time")), { once: true });
  });
}
