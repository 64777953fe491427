import { describe, expect, it } from "vitest";
import { scriptFrom, scriptWords } from "../../../runners/mock/script.ts";

describe("scriptFrom", () => {
  it("plays the usual scene for a prompt that begins with no known word", () => {
    const usual = scriptFrom("please fix the greeting");
    expect(usual).toEqual({ ending: "answer", forgets: false });
    expect(scriptFrom("")).toEqual(usual);
    expect(scriptFrom("it may fail or hang")).toEqual(usual);
    expect(scriptFrom("slower, please")).toEqual(usual);
    expect(scriptFrom("constructor")).toEqual(usual);
  });

  it("takes the first word in any case", () => {
    expect(scriptFrom(" FAIL now").ending).toBe("fail");
    expect(scriptFrom("hang\nplease").ending).toBe("hang");
  });

  it("reads numbers and has a default for each", () => {
    expect(scriptFrom("slow 60").stepsSeconds).toBe(60);
    expect(scriptFrom("slow").stepsSeconds).toBe(30);
    expect(scriptFrom("steps 3").stepCount).toBe(3);
    expect(scriptFrom("silent 5").silentSeconds).toBe(5);
  });

  it("echoes the rest of the prompt as it is", () => {
    expect(scriptFrom("echo  a\n b ").answer).toBe(" a\n b ");
    expect(scriptFrom("echo").answer).toBe("");
  });

  it("makes long answers of exactly the wanted length", () => {
    for (const length of [0, 1, 500, 12_345]) expect(scriptFrom(`long ${length}`).answer?.length).toBe(length);
    expect(scriptFrom("long").answer?.length).toBe(20_000);
  });

  it("names its words", () => {
    expect(scriptWords).toContain("echo");
  });
});
