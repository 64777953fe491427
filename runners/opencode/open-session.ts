import type { RunRequest } from "../../src/runner/runner.ts";
import type { Api } from "./api.ts";
import { errorText, lostSession } from "./failure.ts";
import { fieldsAt, isFields, textAt, type Fields } from "../../src/runner/fields.ts";
import { titleOf } from "./prompt.ts";
import { engineError } from "./schema.ts";
import type { Failure } from "./state.ts";

/** The session of a run. */
export interface OpenedSession {
  readonly id: string;
  /** Where it lives: a session stays in the directory it was made in. */
  readonly directory: string | undefined;
  /** `provider/model` of its last prompt. */
  readonly model: string | undefined;
}

/** Makes a session, or looks up the one to be resumed. Throws when the server does not answer. */
export async function openSession(
  api: Api,
  request: RunRequest,
  signal: AbortSignal,
): Promise<OpenedSession | Failure> {
  const { resume, prompt } = request;
  const { status, body } =
    resume === undefined
      ? await api.call({ method: "POST", path: "/session", body: { title: titleOf(prompt) }, signal })
      : await api.call({ method: "GET", path: `/session/${encodeURIComponent(resume.value)}`, signal });
  const fields = isFields(body) ? body : {};
  const id = textAt(fields, "id");
  if (status === 200 && id !== undefined) return { id, directory: textAt(fields, "directory"), model: modelOf(fields) };
  // 400 is for what can't be an id at all.
  if (resume !== undefined && (status === 404 || status === 400)) return lostSession(resume.value);
  return { error: `opencode opened no session (${status}). ${errorText(engineError(fields))}` };
}

function modelOf(session: Fields): string | undefined {
  const model = fieldsAt(session, "model");
  const provider = textAt(model, "providerID");
  const id = textAt(model, "id");
  return provider === undefined || id === undefined ? undefined : `${provider}/${id}`;
}
