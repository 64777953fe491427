import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { LoadedConfig } from "../../src/config/load-config.ts";
import { loadConfig } from "../../src/config/load-config.ts";

export const ENGINE_IDS: readonly string[] = ["claude", "codex", "mock", "opencode", "pi"];

export const TOKEN = "123456789:AAexampleexampleexampleexampleexam1";

/** The least that loads. */
export const MINIMAL: string = `[transports.telegram]\nbot_token = "${TOKEN}"\n`;

/** A directory that is removed after the test. */
export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), "takopi-config-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A `takopi.toml` with this text in a directory of its own. */
export function configFile(text: string): string {
  const path = join(temporaryDirectory(), "takopi.toml");
  writeFileSync(path, text);
  return path;
}

export function load(text: string, env: Readonly<Record<string, string>> = {}): LoadedConfig {
  return loadConfig({ path: configFile(text), env, engineIds: ENGINE_IDS });
}

/** The message of the `ConfigError` this text gives. */
export function problemOf(text: string, env: Readonly<Record<string, string>> = {}): string {
  try {
    load(text, env);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("the configuration was accepted");
}
