import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Real engines against fake models: slow, and only where the engines are installed (see run.mjs). */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/live/**/*.live.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});

export default config;
