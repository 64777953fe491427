import { z } from "zod";

/** The `[mock]` table of `takopi.toml`. */
export interface MockConfig {
  /** Divides every pause; 0 means no pauses at all. Default 1. */
  readonly speed: number;
  /** Shown as the model. Default `mock`. */
  readonly title: string;
}

export const mockConfigSchema: z.ZodType<MockConfig> = z.strictObject({
  speed: z.number().min(0).default(1),
  title: z.string().trim().min(1).default("mock"),
});
