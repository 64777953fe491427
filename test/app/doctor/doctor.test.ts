import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runDoctor } from "../../../src/app/doctor/doctor.ts";
import { takeLocks } from "../../../src/app/locks.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { ENGINE_IDS, TOKEN } from "../../config/factories.ts";
import { knowingBot, serveBotApi } from "../fake-bot-api.ts";

/** A machine with a home, a Bot API server, and programs on a PATH of its own. */
class Machine {
  readonly dir: string = mkdtempSync(join(tmpdir(), "takopi-doctor-"));
  readonly path: string = join(this.dir, "takopi.toml");
  readonly bin: string = join(this.dir, "bin");

  constructor() {
    mkdirSync(this.bin);
    onTestFinished(() => rmSync(this.dir, { recursive: true, force: true }));
  }

  async writeConfig(rest: string): Promise<void> {
    const apiRoot = await serveBotApi(knowingBot(TOKEN));
    const text = `[transports.telegram]\nbot_token = "${TOKEN}"\napi_root = "${apiRoot}"\n${rest}`;
    writeFileSync(this.path, text, { mode: 0o600 });
  }

  install(name: string, output: string): void {
    const file = join(this.bin, name);
    writeFileSync(file, `#!/bin/sh\necho "${output}"\n`);
    chmodSync(file, 0o755);
  }

  /** The doctor's lines, each with the sign of its state. */
  async examine(env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    const signs = { ok: "✓", warning: "!", problem: "✗" };
    const lines: string[] = [];
    const scene = { HOME: this.dir, PATH: this.bin, ...env };
    for await (const check of runDoctor({ path: this.path, engineIds: ENGINE_IDS, env: scene })) {
      lines.push(`${signs[check.state]} ${check.text}`);
    }
    return lines;
  }
}

describe("runDoctor", () => {
  it("finds nothing wrong where nothing is wrong", async () => {
    const machine = new Machine();
    await machine.writeConfig(`chat_id = 5\n[projects.app]\npath = "."\n`);
    machine.install("claude", "2.1.3 (Claude Code)");
    machine.install("git", "git version 2.50.0");
    const lines = await machine.examine();
    expect(lines.filter((line) => line.startsWith("✗"))).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^✓ node \d+/),
        `✓ configuration ${machine.path}`,
        "✓ token of @pocket_bot",
        "✓ main chat: private Ada",
        "✓ may chat: 5",
        `✓ claude 2.1.3: ${join(machine.bin, "claude")}`,
        `✓ project app: ${machine.dir}`,
        "✓ git version 2.50.0",
        expect.stringMatching(/^✓ \d+ MB free in /),
        "✓ no other takopi is running here",
      ]),
    );
  });

  it("asks where an engine's program is that is on another machine", async () => {
    const machine = new Machine();
    // Nobody listens on the discard port.
    await machine.writeConfig(
      `chat_id = 5\n[engines.laptop]\nkind = "happy"\nserver_url = "http://127.0.0.1:9"\nmachine = "m"\ndirectory = "/w"\n`,
    );
    const lines = await machine.examine({ HAPPY_TOKEN: "token", HAPPY_SECRET: Buffer.alloc(32).toString("base64url") });
    expect(lines.filter((line) => line.includes("laptop"))).toEqual([
      expect.stringMatching(/^✗ laptop: .*127\.0\.0\.1:9/),
    ]);
  });

  it("warns about an engine a service would not find", async () => {
    const machine = new Machine();
    await machine.writeConfig("chat_id = 5\n");
    machine.install("claude", "2.1.3");
    expect(await machine.examine()).toContainEqual(
      expect.stringContaining(
        `! claude is not on the PATH of a service (/usr/local/bin:/usr/bin:/bin): takopi service install takes your PATH along; for any other, write command = "${machine.bin}`,
      ),
    );
  });

  it("names a default engine that is not installed, and how to install it", async () => {
    const machine = new Machine();
    await machine.writeConfig("chat_id = 5\n");
    const lines = await machine.examine({ TAKOPI__DEFAULT_ENGINE: "claude" });
    expect(lines).toContainEqual(expect.stringMatching(/^✗ claude: claude was not found; install it with: /));
  });

  it("says so when no engine is installed and none was chosen", async () => {
    const machine = new Machine();
    await machine.writeConfig("chat_id = 5\n");
    expect(await machine.examine()).toContainEqual(expect.stringMatching(/^✗ no engine was found on this machine/));
    const chosen = await machine.examine({ TAKOPI__DEFAULT_ENGINE: "mock" });
    expect(chosen.filter((line) => line.startsWith("✗"))).toEqual([]);
  });

  it("names an engine that does not answer", async () => {
    const machine = new Machine();
    await machine.writeConfig("chat_id = 5\n");
    writeFileSync(join(machine.bin, "claude"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    expect(await machine.examine()).toContainEqual(
      `✗ claude: ${join(machine.bin, "claude")} does not answer; try it in a terminal`,
    );
  });

  it("only warns where a program of the user's own does not tell its version", async () => {
    const machine = new Machine();
    await machine.writeConfig(`chat_id = 5\n[engines.mine]\nkind = "happi"\ncommand = "./bin/runtime"\n`);
    writeFileSync(join(machine.bin, "runtime"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    const lines = await machine.examine();
    expect(lines).toContain(`! mine: ${join(machine.bin, "runtime")} does not answer to --version; it need not`);
    expect(lines.filter((line) => line.startsWith("✗"))).toEqual([]);
  });

  it("names each problem of the configuration and goes on", async () => {
    const machine = new Machine();
    writeFileSync(machine.path, `a = 1\n[transports.telegram]\nchat_id = "x"\n`, { mode: 0o644 });
    const lines = await machine.examine();
    expect(lines.filter((line) => line.startsWith("✗ takopi.toml"))).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/^✓ \d+ MB free in /);
  });

  it("says who may decide and who is an admin, and warns about people on a list who may not chat", async () => {
    const machine = new Machine();
    const lists = `allowed_user_ids = [5, 6]\ndecide_user_ids = [5]\nadmin_user_ids = []\n`;
    await machine.writeConfig(`${lists}[projects.app]\npath = "."\nallowed_user_ids = [6, 7]\n`);
    const lines = await machine.examine();
    expect(lines).toEqual(expect.arrayContaining(["✓ may decide: 5", "✓ admins: nobody"]));
    expect(lines).toContain("! 7 is on a list but may not chat: add it to allowed_user_ids, or remove it");
    expect(lines.join()).not.toMatch(/[56] is on a list/);
  });

  it("makes the file with the token private when others can read it, and says so", async () => {
    const machine = new Machine();
    await machine.writeConfig("");
    chmodSync(machine.path, 0o644);
    expect(await machine.examine()).toContain(
      `! ${machine.path} was open to other users (0644); it is private now (0600)`,
    );
  });

  it("says what is wrong with token and chats", async () => {
    const machine = new Machine();
    await machine.writeConfig(`chat_id = -2000\n`);
    expect(await machine.examine()).toContain(
      "✗ main chat -2000: Bad Request: chat not found; write /start to @pocket_bot there, or correct chat_id",
    );
    const other = { TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN: TOKEN.replace("123", "321") };
    expect(await machine.examine(other)).toContainEqual(expect.stringMatching(/^✗ token: the server does not accept/));
  });

  it("says when nobody may chat, unless somebody is about to pair", async () => {
    const machine = new Machine();
    await machine.writeConfig("");
    expect(await machine.examine()).toContainEqual(
      expect.stringMatching(/^✗ nobody may use this bot: run takopi pair/),
    );
    const store = openStore({ path: join(machine.dir, "takopi.db"), now: Date.now });
    store.openPairing("00", Date.now() + 60_000);
    store.close();
    expect(await machine.examine()).toContain("✓ may chat: nobody yet, a pairing is open");
  });

  it("says which takopi is running", async () => {
    const machine = new Machine();
    await machine.writeConfig("chat_id = 5\n");
    const lock = takeLocks({
      dir: machine.dir,
      token: "1:other",
      apiRoot: "http://localhost",
      env: { HOME: machine.dir },
    });
    onTestFinished(() => lock.release());
    expect(await machine.examine()).toContain(
      `! takopi is running as process ${process.pid}, and does not answer takopi status with this configuration`,
    );
  });

  it("names a project directory that is not there, and a missing git", async () => {
    const machine = new Machine();
    await machine.writeConfig(`[projects.gone]\npath = "/nowhere/at/all"\n`);
    const lines = await machine.examine();
    expect(lines).toContain("✗ project gone: /nowhere/at/all is not a directory; correct projects.gone.path");
    expect(lines).toContain("! git was not found: projects work, @branch does not; install git");
  });
});
