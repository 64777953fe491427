import type { Run } from "../../domain/run.ts";
import type { Attachment } from "../../runner/runner.ts";
import { countOf } from "../status/vitals.ts";
import { noticeRow } from "../say.ts";
import type { NewOutboxRow } from "../store-port.ts";
import type { RunFile } from "./file-store.ts";

/** The answer to files that came without a word. */
export function gotFiles(files: readonly Pick<RunFile, "file">[]): string {
  const [only, ...others] = files;
  return only !== undefined && others.length === 0
    ? `Got ${only.file.name}. Reply to it and say what to do with it.`
    : `Got ${countOf(files.length, "file")}. Reply to one of them and say what to do with them.`;
}

/** What the user is told when a run goes on without some of its files. */
export function missingNotice(
  { thread, promptMessageId: replyTo, id }: Run,
  files: readonly RunFile[],
): readonly NewOutboxRow[] {
  const faults = faultsOf(files);
  if (faults.length === 0) return [];
  const text = `Of ${countOf(files.length, "file")} I could not get ${faults.length}; the run goes on with the rest.`;
  return [noticeRow({ thread, replyTo, runId: id, text: [text, ...listed(faults)].join("\n") })];
}

/** Why a run did not start for want of its files. */
export function nothingFetched(files: readonly RunFile[]): string {
  const [only, ...others] = faultsOf(files);
  return only !== undefined && others.length === 0
    ? `I could not get ${only}. Nothing was started.`
    : ["I could not get any of the files, so nothing was started.", ...listed(faultsOf(files))].join("\n");
}

/** What the engine is told: the prompt, and what is missing of it. */
export function promptWithFaults(prompt: string, files: readonly RunFile[]): string {
  const lines = faultsOf(files).map((fault) => `[could not be fetched: ${fault}]`);
  return lines.length === 0 ? prompt : `${prompt}\n\n${lines.join("\n")}`;
}

/** The files that are on the disk. */
export function attachmentsOf(files: readonly RunFile[]): readonly Attachment[] {
  return files.flatMap(({ file: { mediaType }, outcome }) =>
    outcome?.kind === "fetched" ? [{ path: outcome.path, mediaType }] : [],
  );
}

function faultsOf(files: readonly RunFile[]): readonly string[] {
  return files.flatMap(({ file, outcome }) => (outcome?.kind === "failed" ? [`${file.name}: ${outcome.why}`] : []));
}

function listed(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `• ${line}`);
}
