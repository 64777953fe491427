import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { backend } from "../../../runners/happi/index.ts";
import { loadEngines, type Engines } from "../../../src/app/engines/engines.ts";
import { enforceContract } from "../../../src/runner/enforce-contract.ts";
import { findResume, stripResumeLines } from "../../../src/runner/resume-line.ts";
import { SessionLocks } from "../../../src/runner/session-locks.ts";
import { collect, completedOf, createTestHost, runRequest } from "../../factories.ts";
import { fakeRuntime } from "./fake-runtime.ts";

const runtime = fileURLToPath(new URL("../../../fixtures/programs-happi/runtime.mjs", import.meta.url));
const command = [process.execPath, runtime];
const uuid = "0b9f1c52-5d0e-4a53-9b0c-1f0f6e1c2d3e";

async function load(tables: Readonly<Record<string, object>>): Promise<Engines> {
  return await loadEngines({
    configDir: "/",
    table: (id) => tables[id],
    plugins: [],
    defined: tables,
    env: { PATH: "" },
  });
}

describe("an engine of the kind happi", () => {
  it("is not there without a table", async () => {
    const { all, runners } = await load({});
    expect(all.map(({ id }) => id)).not.toContain("happi");
    expect(runners.map(({ engine }) => engine)).not.toContain("happi");
  });

  it("is ready with one, under any name", async () => {
    const { all } = await load({ mine: { kind: "happi", command }, happi: { command } });
    const ready = all.filter(({ id }) => id === "mine" || id === "happi");
    expect(ready).toMatchObject([
      { id: "happi", state: "ready", program: process.execPath },
      { id: "mine", state: "ready", program: process.execPath },
    ]);
  });

  it("with a mistake in its table says which", async () => {
    const { all } = await load({ mine: { kind: "happi", command, history: "prompt", model: "x" } });
    expect(all.find(({ id }) => id === "mine")).toMatchObject({
      state: "misconfigured",
      problem: expect.stringContaining(
        '[engines.mine] has a mistake: model: goes along only with history = "messages"',
      ),
    });
  });

  it("sees keys of the services it may call, and nothing of takopi's", () => {
    expect(backend.environment).toContain("ANTHROPIC_*");
    expect(backend.environment.join()).not.toMatch(/TAKOPI|(?:^|,)\*/u);
  });
});

describe("the resume line", () => {
  it("names its engine, so that several runtimes do not take each other's", async () => {
    const { runners } = await load({
      mine: { kind: "happi", command },
      "mine-two": { kind: "happi", command },
      happi: { command },
    });
    for (const engine of ["mine", "mine-two", "happi"]) {
      const resume = { engine, value: `${engine}-${uuid}` };
      const line = runners.find((runner) => runner.engine === engine)?.formatResume(resume) ?? "";
      expect(line).toBe(`takopi happi resume ${engine}-${uuid}`);
      expect(findResume(`an answer\n\n\`${line}\``, runners)).toEqual(resume);
      expect(stripResumeLines(`go on\n${line}`, runners)).toBe("go on");
    }
  });

  it.each(["takopi happi resume", `takopi happi resume other-${uuid}`, "takopi happi resume happi-1", "takopi happi"])(
    "is not: %s",
    (line) => {
      expect(fakeRuntime().isResumeLine(line)).toBe(false);
    },
  );
});

describe("a session over several runs", () => {
  it("keeps its token and tells each time what was said, under the contract", async () => {
    const runner = enforceContract(fakeRuntime(), new SessionLocks());
    const first = completedOf(await collect(runner.run(runRequest({ prompt: "one" }), createTestHost())));
    const history = [{ prompt: "one", answer: first.answer }];
    const { resume } = first;
    const second = runner.run(
      runRequest({ prompt: "ENVELOPE", ...(resume && { resume }) }),
      createTestHost({ history }),
    );
    const completed = completedOf(await collect(second));
    expect(completed.resume).toEqual(resume);
    expect(JSON.parse(completed.answer)).toMatchObject({
      args: [{ messages: [{ content: "one" }, { content: "one" }, { content: "ENVELOPE" }] }],
    });
  });
});
