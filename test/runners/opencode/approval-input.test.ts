import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { approvalInput } from "../../../runners/opencode/approval-input.ts";
import type { PermissionEvent } from "../../../runners/opencode/events.ts";
import { decodeEvent } from "../../../runners/opencode/schema.ts";
import type { Fields } from "../../../src/runner/fields.ts";
import { fixturesUrl } from "./replay.ts";

const record = z.object({ dir: z.string(), msg: z.unknown().optional() });

/** The permissions a recorded run asked for. */
async function recorded(name: string): Promise<readonly PermissionEvent[]> {
  const lines = (await readFile(new URL(`${name}.jsonl`, fixturesUrl), "utf8"))
    .split("\n")
    .filter((line) => line !== "");
  return lines.flatMap((line) => {
    const { dir, msg } = record.parse(JSON.parse(line));
    const event = dir === "sse" ? decodeEvent(JSON.stringify(msg)) : undefined;
    return event?.type === "permission" ? [event] : [];
  });
}

function inputOf(permission: string, metadata: Fields, call: Fields = {}): Fields {
  const about = { patterns: ["x"], always: [], call: undefined };
  const event = { type: "permission", id: "per_1", sessionId: "ses_1", permission, metadata, ...about } as const;
  return approvalInput(event, call, "/work");
}

describe("what is shown before an approval", () => {
  it("of an edit is its file and a unified diff, as the engine made it", async () => {
    const [first] = await recorded("serve-edit-allow");
    const path = "/home/user/project/serve.txt";
    if (first === undefined) throw new Error("nothing was asked");
    expect(approvalInput(first, {}, "/home/user/project")).toMatchObject({
      permission: "edit",
      patterns: ["serve.txt"],
      always: ["*"],
      cwd: "/home/user/project",
      path,
      diff: `--- ${path}\n+++ ${path}\n@@ -0,0 +1,2 @@\n+hello\n+world\n`,
    });
  });

  it("of a patch is the file it changes", async () => {
    const [first] = await recorded("serve-apply-patch");
    if (first === undefined) throw new Error("nothing was asked");
    const input = approvalInput(first, {}, "/home/user/project");
    expect(input["path"]).toBe("/home/user/project/p.txt");
    expect(input["diff"]).toMatch(/^--- \/home\/user\/project\/p\.txt\n/u);
  });

  it("of a command is the command, and the directory it runs in", async () => {
    const [first] = await recorded("serve-allow-once");
    if (first === undefined) throw new Error("nothing was asked");
    expect(approvalInput(first, { command: "echo allowed" }, "/work")).toEqual({
      permission: "bash",
      patterns: ["echo allowed"],
      always: ["echo *"],
      command: "echo allowed",
      cwd: "/work",
    });
    expect(inputOf("bash", {}, { workdir: "sub" })).toMatchObject({ cwd: "/work/sub" });
    expect(inputOf("bash", {}, { workdir: "/else" })).toMatchObject({ cwd: "/else" });
  });

  it("of other tools is the address, or the file as the tool was given it", () => {
    expect(inputOf("webfetch", { url: "https://example.org" })).toMatchObject({ url: "https://example.org" });
    expect(inputOf("read", {}, { filePath: "/etc/passwd" })).toMatchObject({ path: "/etc/passwd" });
    expect(inputOf("external_directory", { filepath: "/etc/hosts" })).toMatchObject({ path: "/etc/hosts" });
    expect(inputOf("external_directory", { directories: ["/etc"], command: "ls /etc" })).toMatchObject({
      path: "/etc",
    });
    expect(inputOf("brand_new", {})).toEqual({ permission: "brand_new", patterns: ["x"], cwd: "/work" });
  });
});
