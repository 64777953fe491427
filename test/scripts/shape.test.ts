import { describe, expect, it } from "vitest";
import { addRecording, compareShapes } from "../../scripts/canary/shape.mjs";

function shapeOf(...messages: readonly unknown[]): ReturnType<typeof addRecording> {
  return addRecording(new Map(), messages.map((message) => JSON.stringify(message)).join("\n"));
}

const init = { type: "system", subtype: "init", model: "m", tools: ["Bash"] };
const text = { type: "assistant", message: { content: [{ type: "text", text: "hi" }] } };

describe("the canary", () => {
  it("finds nothing in another recording of the same messages", () => {
    const again = { ...init, model: "other", tools: [] };
    expect(compareShapes(shapeOf(init, text), shapeOf(again))).toEqual({ newKinds: [], newFields: [], goneFields: [] });
  });

  it("names kinds and fields that are new, also of a block in a message", () => {
    const thinking = { type: "assistant", message: { content: [{ type: "thinking", signature: "x" }] } };
    const hologram = { type: "hologram" };
    expect(compareShapes(shapeOf(init, text), shapeOf({ ...init, beam: 1 }, thinking, hologram))).toMatchObject({
      newKinds: ["hologram"],
      newFields: [
        { kind: "system init", path: "beam" },
        { kind: "assistant", path: "message.content[](thinking).type" },
        { kind: "assistant", path: "message.content[](thinking).signature" },
      ],
    });
  });

  it("names a field that every message of its kind had and none has now", () => {
    const { model: _gone, ...without } = init;
    expect(compareShapes(shapeOf(init, init), shapeOf(without)).goneFields).toEqual([
      { kind: "system init", path: "model" },
    ]);
    expect(compareShapes(shapeOf(init, without), shapeOf(without)).goneFields).toEqual([]);
  });

  it("reads recordings of both directions, and only what the program said", () => {
    const lines = [
      { dir: "send", msg: { method: "initialize", params: { secret: 1 } } },
      { dir: "recv", msg: { method: "session/update", params: { update: { sessionUpdate: "plan", entries: [] } } } },
    ];
    expect([...shapeOf(...lines).keys()]).toEqual(["session/update plan"]);
  });

  it("passes over what is no message", () => {
    expect(addRecording(new Map(), "no JSON\n\n42\nnull\n").size).toBe(0);
  });
});
