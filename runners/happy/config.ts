import { z } from "zod";
import type { PermissionMode } from "./client/prompt.ts";
import type { Agent } from "./client/start-session.ts";

/** The `[engines.<id>]` table of a machine. */
export interface HappyConfig {
  /** Default: `HAPPY_SERVER_URL` of the bot's environment. */
  readonly server_url?: string | undefined;
  /** Id of the machine, or its host name. */
  readonly machine: string;
  /** On that machine: absolute, or below the home directory there (`~/…`). */
  readonly directory: string;
  /** Whether the directory may be made where there is none. */
  readonly create_dir: boolean;
  readonly agent: Agent;
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
  /** What the agent may do without asking. */
  readonly mode: PermissionMode;
  /** The account's secret as base64. Without a `token` it is signed in with. */
  readonly secret?: string | undefined;
  readonly token?: string | undefined;
  /** Path of an `agent.key` or `access.key`; a relative one is relative to the config's directory. */
  readonly credentials?: string | undefined;
  /** The longest a prompt may take; absent: as long as it shows signs of life. */
  readonly timeout_s?: number | undefined;
}

const text = z.string().min(1);

export const configSchema: z.ZodType<HappyConfig> = z
  .strictObject({
    server_url: z
      .string()
      .regex(/^https?:\/\/[^/]/u, "must be an address such as https://api.happy.engineering")
      .optional(),
    machine: text,
    directory: z
      .string()
      .regex(/^(?:~$|~?\/|[A-Za-z]:[\\/])/u, "must be an absolute path on the machine, or begin with ~/"),
    create_dir: z.boolean().default(false),
    agent: z.enum(["claude", "codex", "gemini", "openclaw", "agy"]).default("claude"),
    model: text.optional(),
    effort: text.optional(),
    mode: z
      .enum(["default", "acceptEdits", "plan", "bypassPermissions", "read-only", "safe-yolo", "yolo"])
      .default("default"),
    secret: text.optional(),
    token: text.optional(),
    credentials: text.optional(),
    timeout_s: z.number().positive().optional(),
  })
  .refine(({ secret, credentials }) => secret === undefined || credentials === undefined, {
    message: "give secret or credentials, not both",
    path: ["secret"],
  })
  .refine(({ token, secret }) => token === undefined || secret !== undefined, {
    message: "needs the secret that belongs to it",
    path: ["token"],
  });
