import { z, type ZodType } from "zod";
import type { MessageRole } from "../bridge/store-port.ts";

export const roleSchema: ZodType<MessageRole> = z.enum(["prompt", "progress", "final", "notice"]);
