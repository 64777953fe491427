import type { EngineId } from "../../domain/event.ts";
import type { RunContext, RunOptions } from "../../domain/run.ts";
import type { Thread } from "../../domain/thread.ts";
import type { BridgeSettings } from "../settings.ts";
import type { ChoiceStore, PreferenceName } from "./choice-store.ts";

export interface PreferenceDeps {
  readonly store: ChoiceStore;
  readonly settings: BridgeSettings;
}

/** Where a value comes from, the first of these that says something: the topic, its chat, the project, the configuration. */
export type ChoiceSource = "topic" | "chat" | "project" | "default";

/** A value and where it comes from. Without a value the engine decides. */
export interface Chosen {
  readonly value?: string;
  readonly source: ChoiceSource;
}

/** The engine of prompts that name none. */
export function chosenEngine(deps: PreferenceDeps, thread: Thread, project: string | undefined): Required<Chosen> {
  const own = chosenHere(deps, thread, "engine");
  if (own !== undefined) return own;
  const ofProject = deps.settings.projects.get(project ?? "")?.defaultEngine;
  if (ofProject !== undefined) return { value: ofProject, source: "project" };
  return { value: deps.settings.defaultEngine, source: "default" };
}

/** What a chat has chosen of an engine: its model, or its effort. */
export function chosenOption(
  deps: PreferenceDeps,
  thread: Thread,
  wish: { readonly option: "model" | "effort"; readonly engine: EngineId; readonly project: string | undefined },
): Chosen {
  const own = chosenHere(deps, thread, `${wish.option}:${wish.engine}`);
  if (own !== undefined) return own;
  const value = projectDefaults(deps.settings, wish)[wish.option];
  return value === undefined ? { source: "default" } : { value, source: "project" };
}

/** The options of a new run in a thread. */
export function optionsOf(
  deps: PreferenceDeps,
  thread: Thread,
  run: { engine: EngineId; context: RunContext },
): RunOptions {
  const wish = { engine: run.engine, project: run.context.project };
  const model = chosenOption(deps, thread, { ...wish, option: "model" }).value;
  const effort = chosenOption(deps, thread, { ...wish, option: "effort" }).value;
  return { ...(model !== undefined && { model }), ...(effort !== undefined && { effort }) };
}

/** A topic inherits from its chat. */
export function chosenHere(
  { store }: PreferenceDeps,
  thread: Thread,
  name: PreferenceName,
): { readonly value: string; readonly source: "topic" | "chat" } | undefined {
  const ofTopic = thread.topicId === undefined ? undefined : store.preference(thread, name);
  if (ofTopic !== undefined) return { value: ofTopic, source: "topic" };
  const ofChat = store.preference({ chatId: thread.chatId }, name);
  return ofChat === undefined ? undefined : { value: ofChat, source: "chat" };
}

/** A project's model and effort are meant for the engine that the project prefers. */
function projectDefaults(
  settings: BridgeSettings,
  { engine, project }: { readonly engine: EngineId; readonly project: string | undefined },
): RunOptions {
  const known = settings.projects.get(project ?? "");
  return known !== undefined && (known.defaultEngine ?? settings.defaultEngine) === engine ? known.defaults : {};
}
