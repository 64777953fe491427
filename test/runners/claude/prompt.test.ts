import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { promptLine } from "../../../runners/claude/prompt.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "takopi-prompt-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function contentOf(text: string, attachments: readonly { path: string; mediaType: string }[]): Promise<unknown> {
  return JSON.parse(await promptLine({ text, attachments, uuid: "u" })).message.content;
}

describe("the prompt's line", () => {
  it("is one line, whatever the text", async () => {
    const text = "a\nb\u2028c\u2029d\r\n";
    const line = await promptLine({ text, attachments: [], uuid: "u" });
    expect(line.slice(0, -1)).not.toMatch(/[\n\r\u2028\u2029]/u);
    expect(JSON.parse(line)).toMatchObject({ type: "user", uuid: "u", message: { role: "user", content: text } });
  });

  it("carries images, and names other files and images that are not there", async () => {
    const image = join(folder, "dot.png");
    await writeFile(image, "pixels");
    const attachments = [
      { path: image, mediaType: "image/png" },
      { path: "/data/table.csv", mediaType: "text/csv" },
      { path: "/data/gone.png", mediaType: "image/png" },
    ];
    const source = { type: "base64", media_type: "image/png", data: Buffer.from("pixels").toString("base64") };
    expect(await contentOf("look", attachments)).toEqual([
      { type: "text", text: "look\nAttached file: /data/table.csv\nAttached file: /data/gone.png" },
      { type: "image", source },
    ]);
  });

  it("may consist of a file alone", async () => {
    expect(await contentOf("", [{ path: "/data/a.pdf", mediaType: "application/pdf" }])).toBe(
      "Attached file: /data/a.pdf",
    );
  });

  it("names an image that is too big for the API", async () => {
    const image = join(folder, "big.png");
    await writeFile(image, Buffer.alloc(3_800_000));
    expect(await contentOf("look", [{ path: image, mediaType: "image/png" }])).toBe(`look\nAttached file: ${image}`);
  });
});
