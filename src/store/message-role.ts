import { z, type ZodType } from "zod";
import type { MessageRole } from "../bridge/ports.ts";

export const roleSchema: ZodType<MessageRole> = z.enum(["prompt", "progress", "final", "notice"]);
