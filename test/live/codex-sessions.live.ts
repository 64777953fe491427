import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Decision } from "../../src/domain/decision.ts";
import type { SessionSummary } from "../../src/runner/runner.ts";
import { collect, completedOf, type TestHost } from "../factories.ts";
import { CodexSetup, exists } from "./codex-setup.ts";
import { processesWith, runProcesses } from "./run-processes.ts";

let setup: CodexSetup;

beforeAll(async () => {
  setup = await CodexSetup.start();
});

afterAll(async () => {
  expect(await processesWith(`HOME=${setup.home}`)).toEqual([]);
  await setup.close();
});

async function list(
  cwd: string = setup.cwd,
  signal = new AbortController().signal,
): Promise<readonly SessionSummary[]> {
  return (await setup.runner().listSessions?.(cwd, { env: setup.env, signal })) ?? [];
}

describe("Codex's sessions", () => {
  it("are none before it was ever used", async () => {
    const begun = performance.now();
    expect(await list()).toEqual([]);
    console.log("list of an unused Codex, ms:", Math.round(performance.now() - begun));
  });

  it("are listed with their title, newest first, whichever way they began, and go on by their token", async () => {
    const inServer = completedOf(await setup.ask("first line\nsecond line"));
    const inExec = completedOf(await setup.ask("by exec", setup.runner({ mode: "exec" })));
    const elsewhere = join(setup.cwd, "below");
    await mkdir(elsewhere);
    await collect(setup.runner().run(setup.request("elsewhere", { cwd: elsewhere }), setup.host()));
    const begun = performance.now();
    const sessions = await list();
    console.log("list of sessions, ms:", Math.round(performance.now() - begun));
    expect(sessions).toMatchObject([
      { token: inExec.resume, title: "by exec", cwd: setup.cwd, isOpen: false },
      { token: inServer.resume, title: "first line second line", cwd: setup.cwd, isOpen: false },
    ]);
    expect(Math.abs((sessions[0]?.updatedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    const resume = sessions[1]?.token;
    if (resume === undefined) throw new Error("no session");
    const events = await collect(setup.runner().run(setup.request("And then?", { resume }), setup.host()));
    expect(completedOf(events)).toMatchObject({ ok: true, resume, answer: "You said: And then?" });
    const link = `${setup.cwd}-link`;
    await symlink(setup.cwd, link);
    expect((await list(link)).map(({ token }) => token)).toEqual([inServer.resume, inExec.resume]);
  });

  it("are without those of sub-agents", async () => {
    const runner = setup.runner({ model: "gpt-5.1-codex" });
    await setup.ask("AGENT(look into it) BASH(sleep 1)", runner);
    expect((await list()).map(({ title }) => title)).not.toContain("look into it");
  });

  it("are open while another program works in them, which then says so instead of a second writer", async () => {
    const host = setup.host();
    const other = setup.runner();
    for await (const event of other.run(setup.request("SLOW(30) busy"), host)) {
      if (event.type !== "started") continue;
      const { resume } = event;
      await setup.model.asked("SLOW(30) busy");
      expect((await list()).find(({ token }) => token.value === resume.value)).toMatchObject({ isOpen: true });
      for (const mode of ["app_server", "exec"]) {
        const run = setup.runner({ mode }).run(setup.request("me too", { resume }), setup.host());
        const ended = completedOf(await collect(run));
        expect(ended).toMatchObject({ ok: false, resume, error: expect.stringContaining("open in another codex") });
      }
      host.abort();
    }
    expect((await list()).filter(({ isOpen }) => isOpen !== false)).toEqual([]);
  });

  it("leave no process behind when their listing is aborted", async () => {
    const aborter = new AbortController();
    const listing = list(setup.cwd, aborter.signal);
    aborter.abort();
    await expect(listing).rejects.toThrow("aborted");
  });
});

describe("a plan of Codex", () => {
  const once: Decision = { kind: "approve", scope: "once" };

  function planning(...decisions: readonly Decision[]): TestHost {
    const left = [...decisions];
    return setup.host({ decide: ({ kind }) => (kind === "plan" ? left.shift() : undefined) ?? once });
  }

  async function plan(prompt: string, host: TestHost): Promise<ReturnType<typeof completedOf>> {
    const request = setup.request(prompt, { options: { plan: true } });
    const ended = completedOf(await collect(setup.runner().run(request, host)));
    expect(await runProcesses(request.runId)).toEqual([]);
    return ended;
  }

  it("is carried out when it is approved, and not before", async () => {
    const path = join(setup.cwd, "planned.txt");
    let wasThere = true;
    const host = setup.host({
      decide: async ({ kind }) => {
        if (kind === "plan") wasThere = await exists(path);
        return once;
      },
    });
    expect(await plan(`PROPOSE(PATCH(${path}))`, host)).toMatchObject({ ok: true });
    expect(host.requests).toEqual([{ kind: "plan", id: "plan-1", markdown: `PATCH(${path})` }]);
    expect(host.taken).toEqual(["plan-1"]);
    expect({ wasThere, isThere: await exists(path) }).toEqual({ wasThere: false, isThere: true });
  });

  it("can't write files while it is made", async () => {
    const path = join(setup.cwd, "too-early.txt");
    const host = setup.host({ decide: () => ({ kind: "deny", reason: "no" }) });
    await plan(`PATCH(${path})`, host);
    expect(host.requests).toMatchObject([{ kind: "approval", tool: "apply_patch" }]);
    expect(await exists(path)).toBe(false);
  });

  it("is made again with the feedback, and is the answer when it is turned down; the next run is not one", async () => {
    const feedback = "PROPOSE(rather this)";
    const host = planning({ kind: "revise", feedback }, { kind: "deny", reason: "no" });
    const { ok, answer, resume } = await plan("PROPOSE(this)", host);
    expect(host.requests).toMatchObject([{ markdown: "this" }, { markdown: "rather this" }]);
    expect({ ok, answer }).toEqual({ ok: true, answer: "Here it is.\n\nrather this" });
    if (resume === undefined) throw new Error("no session");
    await collect(setup.runner().run(setup.request("Hello", { resume }), setup.host()));
    expect(JSON.stringify(setup.model.requests.at(-1))).toContain("Collaboration Mode: Default");
  });

  it("needs no approval of its edits where that was said with it", async () => {
    const path = join(setup.cwd, "accepted.txt");
    const host = planning({ kind: "approve", scope: "once", acceptEdits: true });
    const runner = setup.runner({ sandbox: "read-only" });
    const request = setup.request(`PROPOSE(PATCH(${path}))`, { options: { plan: true } });
    expect(completedOf(await collect(runner.run(request, host)))).toMatchObject({ ok: true });
    expect(host.requests.map(({ kind }) => kind)).toEqual(["plan"]);
    expect(await exists(path)).toBe(true);
  });
});

describe("an approval for Codex's session", () => {
  it("holds in the session's next run", async () => {
    const runner = setup.runner();
    const host = setup.host({ decide: () => ({ kind: "approve", scope: "session" }) });
    const prompt = `ESCALATE(touch ${join(setup.cwd, "again.txt")})`;
    const { resume } = completedOf(await collect(runner.run(setup.request(prompt), host)));
    if (resume === undefined) throw new Error("no session");
    const second = completedOf(await collect(runner.run(setup.request(prompt, { resume }), host)));
    expect(second.ok).toBe(true);
    expect(host.requests).toHaveLength(1);
  });
});
