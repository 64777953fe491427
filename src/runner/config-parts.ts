import { z } from "zod";

const text = z.string().min(1);

/** `command` in an engine's table: a program, or a program with its first arguments. */
export const commandSchema: z.ZodType<[string, ...string[]]> = z.union([
  text.transform((program): [string, ...string[]] => [program]),
  z.tuple([text], z.string()),
]);

/**
 * One of `extra_args` in an engine's table: any but the flags, with or without a value, that the runner sets itself. They would break the
 * protocol, or take the run to another session.
 */
export function extraArgSchema(ownFlags: ReadonlySet<string>): z.ZodType<string> {
  return z.string().superRefine((arg, context) => {
    const flag = arg.split("=")[0] ?? arg;
    if (!ownFlags.has(flag)) return;
    context.addIssue({ code: "custom", message: `${flag} is set by takopi itself: remove it from extra_args` });
  });
}
