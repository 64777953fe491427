import { fieldsAt, flagAt, isFields, listAt, numberAt, textAt, type Fields } from "../../src/runner/fields.ts";

/** The version of the protocol that is spoken here. */
export const protocolVersion = 1;

/** What an agent says of itself when it is greeted. */
export interface Agent {
  readonly version: number;
  readonly title?: string;
  readonly release?: string;
  /** `session/resume`: continues a session without a word. */
  readonly canResume: boolean;
  /** `session/load`: continues a session after it has told all of it. */
  readonly canLoad: boolean;
  /** `session/list`: names the sessions it keeps. */
  readonly canList: boolean;
  readonly takesImages: boolean;
  readonly authMethods: readonly Fields[];
}

/**
 * The params of `initialize`. Neither files nor terminals are offered: every agent then uses its own tools. Forms are: without them
 * Claude does not ask its questions.
 */
export const greeting: Fields = {
  protocolVersion,
  clientCapabilities: {
    fs: { readTextFile: false, writeTextFile: false },
    terminal: false,
    elicitation: { form: {} },
  },
  clientInfo: { name: "takopi", title: "Takopi", version: "1" },
};

export function decodeAgent(result: unknown): Agent {
  const fields = isFields(result) ? result : {};
  const info = fieldsAt(fields, "agentInfo");
  const capabilities = fieldsAt(fields, "agentCapabilities");
  const ofSessions = fieldsAt(capabilities, "sessionCapabilities");
  const title = textAt(info, "title") ?? textAt(info, "name");
  const release = textAt(info, "version");
  return {
    version: numberAt(fields, "protocolVersion") ?? protocolVersion,
    ...(title === undefined ? {} : { title }),
    ...(release === undefined ? {} : { release }),
    canResume: isFields(ofSessions["resume"]),
    canLoad: flagAt(capabilities, "loadSession"),
    canList: isFields(ofSessions["list"]),
    takesImages: flagAt(fieldsAt(capabilities, "promptCapabilities"), "image"),
    authMethods: listAt(fields, "authMethods").filter(isFields),
  };
}
