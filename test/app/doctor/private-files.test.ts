import { once } from "node:events";
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { repairPrivateFiles } from "../../../src/app/doctor/private-files.ts";
import { tempDir } from "../../store/factories.ts";

/** A home directory with everything a bot has, all of it private. */
class Home {
  readonly home: string = tempDir();
  readonly dir: string = join(this.home, ".takopi");
  readonly configPath: string = join(this.dir, "takopi.toml");
  readonly files: readonly string[] = [
    this.configPath,
    join(this.dir, "takopi.toml.bak"),
    join(this.dir, "takopi.db"),
    join(this.dir, "takopi.db-wal"),
    join(this.dir, "takopi.db-shm"),
    join(this.dir, "takopi.db.lock"),
    join(this.dir, "takopi.db.lock.pid"),
    join(this.dir, "takopi.db.corrupt-20260101T000000Z"),
    join(this.dir, "locks", "0123.lock"),
    join(this.home, "bot.log"),
  ];

  constructor() {
    mkdirSync(join(this.dir, "locks"), { recursive: true, mode: 0o700 });
    for (const file of this.files) writeFileSync(file, "", { mode: 0o600 });
  }

  repair(dir: string = this.dir): readonly string[] {
    const env = { HOME: this.home, TAKOPI_LOG_FILE: join(this.home, "bot.log") };
    return repairPrivateFiles({ configPath: this.configPath, dir, env }).map(({ text }) => text);
  }
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe("the bot's own files", () => {
  it("are left alone, without a word, when they are private", () => {
    const home = new Home();
    chmodSync(home.configPath, 0o400);
    expect(home.repair()).toEqual([]);
    expect(modeOf(home.configPath)).toBe("400");
  });

  it("are made private again, each with a line that says so", () => {
    const home = new Home();
    for (const file of home.files) chmodSync(file, 0o664);
    for (const dir of [home.dir, join(home.dir, "locks")]) chmodSync(dir, 0o755);
    const lines = home.repair();
    expect(lines).toHaveLength(home.files.length + 2);
    expect(lines).toContain(`${home.configPath} was open to other users (0664); it is private now (0600)`);
    expect(home.files.map(modeOf)).toEqual(home.files.map(() => "600"));
    expect([home.dir, join(home.dir, "locks")].map(modeOf)).toEqual(["700", "700"]);
    expect(home.repair()).toEqual([]);
  });

  it("keep what their owner was not allowed: nothing is ever opened wider", () => {
    const home = new Home();
    chmodSync(home.configPath, 0o444);
    home.repair();
    expect(modeOf(home.configPath)).toBe("400");
  });

  it("do not include what is no file, such as a pipe the log goes to", async () => {
    const home = new Home();
    const pipe = join(home.home, "log.pipe");
    const server = createServer().listen(pipe);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    chmodSync(pipe, 0o666);
    const env = { HOME: home.home, TAKOPI_LOG_FILE: pipe };
    expect(repairPrivateFiles({ configPath: home.configPath, dir: home.dir, env })).toEqual([]);
    expect(modeOf(pipe)).toBe("666");
  });

  it("are found behind a linked configuration", () => {
    const home = new Home();
    const target = join(home.home, "settings.toml");
    writeFileSync(target, "");
    chmodSync(target, 0o644);
    const path = join(home.dir, "takopi.linked.toml");
    symlinkSync(target, path);
    repairPrivateFiles({ configPath: path, dir: home.dir, env: { HOME: home.home } });
    expect(modeOf(target)).toBe("600");
  });
});

describe("a directory that is not the bot's by its name", () => {
  it("keeps its permissions, and others may read in it", () => {
    const home = new Home();
    const dir = join(home.home, "projects");
    mkdirSync(dir);
    chmodSync(dir, 0o755);
    expect(home.repair(dir)).toEqual([]);
    expect(modeOf(dir)).toBe("755");
  });

  it("is warned about when others can write in it", () => {
    const home = new Home();
    const dir = join(home.home, "shared");
    mkdirSync(dir);
    chmodSync(dir, 0o777);
    expect(home.repair(dir)).toEqual([expect.stringMatching(/^others can write in .*chmod go-w/)]);
    chmodSync(dir, 0o1777);
    expect(home.repair(dir)).toEqual([]);
    expect(modeOf(dir)).toBe("777");
  });
});

// Only root can give files away.
describe.runIf(process.getuid?.() === 0)("a file of another user", () => {
  it("is a warning, and stays as it is", async () => {
    const { chownSync } = await import("node:fs");
    const home = new Home();
    chmodSync(home.configPath, 0o644);
    chownSync(home.configPath, 65_534, 65_534);
    expect(home.repair()).toEqual([expect.stringContaining("belongs to another user (uid 65534)")]);
    expect(modeOf(home.configPath)).toBe("644");
  });
});
