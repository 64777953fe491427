import { existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { editConfig, listConfigValues, readConfigValue } from "../../src/config/edit-config.ts";
import { configFile, ENGINE_IDS, MINIMAL, temporaryDirectory } from "./factories.ts";

const engineIds = ENGINE_IDS;

describe("editConfig", () => {
  it("creates the file and its directory, readable by its owner only", () => {
    const path = join(temporaryDirectory(), "new", "takopi.toml");
    editConfig({ path, engineIds }, [{ path: ["default_engine"], value: "claude" }]);
    expect(readFileSync(path, "utf8")).toBe(`default_engine = "claude"\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path))).toEqual(["takopi.toml"]);
  });

  it("refuses what would not be valid and leaves the file as it was", () => {
    const path = configFile(MINIMAL);
    const edit = (): void =>
      editConfig({ path, engineIds }, [
        { path: ["default_engine"], value: "claude" },
        { path: ["transports", "telegram", "chat_id"], value: "me" },
      ]);
    expect(edit).toThrow(`transports.telegram.chat_id: expected a number, got "me"`);
    expect(readFileSync(path, "utf8")).toBe(MINIMAL);
  });

  it("refuses a file that is not TOML", () => {
    const path = configFile("= 1");
    expect(() => editConfig({ path, engineIds }, [{ path: ["watch_config"], value: true }])).toThrow("takopi.toml:1:1");
  });

  it("writes through a symbolic link", () => {
    const target = configFile(MINIMAL);
    const link = join(temporaryDirectory(), "takopi.toml");
    symlinkSync(target, link);
    editConfig({ path: link, engineIds }, [{ path: ["default_engine"], value: "pi" }]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toContain(`default_engine = "pi"`);
  });

  it("removes a key", () => {
    const path = configFile(`${MINIMAL}chat_id = 1\n`);
    editConfig({ path, engineIds }, [{ path: ["transports", "telegram", "chat_id"], value: undefined }]);
    expect(readFileSync(path, "utf8")).toBe(MINIMAL);
  });
});

describe("reading values of the file", () => {
  it("gives a value, a table, or nothing", () => {
    const path = configFile(`a = 1\n[b.c]\nd = [2]\n`);
    expect(readConfigValue(path, ["a"])).toBe(1);
    expect(readConfigValue(path, ["b", "c"])).toEqual({ d: [2] });
    expect(readConfigValue(path, ["b", "x"])).toBeUndefined();
  });

  it("lists all values under their dotted keys", () => {
    const path = configFile(`a = 1\n[b."c d"]\ne = [2]\n`);
    expect(listConfigValues(path)).toEqual([
      ["a", 1],
      ['b."c d".e', [2]],
    ]);
    expect(existsSync(`${path}.bak`)).toBe(false);
  });
});
