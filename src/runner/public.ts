/** What the package exports as `takopi/engine`, for engines outside this repository that are written in TypeScript. */
export { defineBackend } from "./backend.ts";
export type { BackendContext, EngineBackend, EngineProgram } from "./backend.ts";
export type { Decision, DecisionRequest } from "../domain/decision.ts";
export type { CompletedEvent, ResumeToken, StartedEvent, TakopiEvent } from "../domain/event.ts";
export type { JsonLinesEngine } from "./json-lines-runner.ts";
export type { Capabilities, Runner, RunHost, RunRequest, SessionHost, SessionSummary } from "./runner.ts";
export { toolkit } from "./toolkit.ts";
export type { Toolkit } from "./toolkit.ts";
