import { describe, expect, it } from "vitest";
import type { Engines, EngineStatus } from "../../../src/app/engines/engines.ts";
import { StartError } from "../../../src/app/start-error.ts";
import { chooseDefaultEngine } from "../../../src/app/engines/engine-source.ts";

function engines(...all: readonly EngineStatus[]): Engines {
  return { all, runners: [], runner: () => undefined, environment: () => [] };
}

const claude: EngineStatus = { id: "claude", state: "ready", program: "/bin/claude" };
const auggie: EngineStatus = { id: "auggie", state: "ready", program: "/bin/auggie", isVariant: true };
const mock: EngineStatus = { id: "mock", state: "ready" };
const missing: EngineStatus = { id: "codex", state: "missing", problem: "codex was not found" };

describe("the engine of prompts that name none", () => {
  it.each([
    [[auggie, claude, mock], "claude"],
    [[auggie, mock], "auggie"],
    [[mock], "mock"],
  ])("is one with an adapter of its own, else any other that is installed, else the mock", (all, id) => {
    expect(chooseDefaultEngine(engines(...all), { allowMock: true })).toBe(id);
  });

  it("is what was asked for, also over what the file says", () => {
    const wish = { engine: "claude", configured: "mock", allowMock: false };
    expect(chooseDefaultEngine(engines(claude, mock), wish)).toBe("claude");
  });

  it("is an error that says what to do when it can't be used or there is none", () => {
    const of = (all: readonly EngineStatus[], configured?: string) => () =>
      chooseDefaultEngine(engines(...all), { allowMock: false, ...(configured !== undefined && { configured }) });
    expect(of([missing, mock], "codex")).toThrow("codex was not found");
    expect(of([claude], "codex")).toThrow('there is no engine "codex": choose one of claude');
    expect(of([mock])).toThrow("no engine was found on this machine");
  });

  it("is an error of the configuration where nothing that is installed later can mend it", () => {
    const broken: EngineStatus = { id: "pi", state: "misconfigured", problem: "[pi] has a mistake: model" };
    const isConfiguration = (all: readonly EngineStatus[], configured: string): unknown => {
      try {
        return chooseDefaultEngine(engines(...all), { allowMock: false, configured });
      } catch (error) {
        return error instanceof StartError && error.isConfiguration;
      }
    };
    expect(isConfiguration([broken], "pi")).toBe(true);
    expect(isConfiguration([claude], "codex")).toBe(true);
    expect(isConfiguration([missing], "codex")).toBe(false);
  });
});
