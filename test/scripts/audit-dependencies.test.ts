import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";

const script = fileURLToPath(new URL("../../scripts/audit-dependencies.mjs", import.meta.url));
const root = new URL("../../", import.meta.url);

/** Runs the script with an `npm` that prints this. */
function audit(printed: string): { readonly said: string; readonly code: number | null } {
  const dir = mkdtempSync(join(tmpdir(), "takopi-audit-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const npm = join(dir, "npm");
  writeFileSync(npm, `#!${process.execPath}\nprocess.stdout.write(${JSON.stringify(printed)}); process.exitCode = 1;`);
  chmodSync(npm, 0o755);
  const env = { ...process.env, PATH: `${dir}${delimiter}${process.env["PATH"] ?? ""}` };
  const { stdout, status } = spawnSync(process.execPath, [script], { encoding: "utf8", env });
  return { said: stdout, code: status };
}

function report(vulnerabilities: Readonly<Record<string, { severity: string }>>): string {
  const named = Object.entries(vulnerabilities).map(([name, entry]) => [name, { name, range: "<2", ...entry }]);
  const counts = { total: named.length };
  return JSON.stringify({ vulnerabilities: Object.fromEntries(named), metadata: { vulnerabilities: counts } });
}

describe("the audit of dependencies", () => {
  it("fails for a grave vulnerability and names it", () => {
    expect(audit(report({ bad: { severity: "critical" }, meh: { severity: "moderate" } }))).toEqual({
      said: "critical: bad <2\ndependency audit: 1 grave, 1 lesser\n",
      code: 1,
    });
  });

  it("passes where there are none, or lesser ones only", () => {
    expect(audit(report({})).code).toBe(0);
    expect(audit(report({ meh: { severity: "moderate" } })).code).toBe(0);
  });

  it("says that it was skipped where the registry has no endpoint for it", () => {
    const outcome = audit('{"message":"405 Method Not Allowed","statusCode":405}');
    expect(outcome).toEqual({ said: "dependency audit skipped: the registry answers 405\n", code: 0 });
  });

  it("fails where it could not be done for another reason", () => {
    expect(audit('{"message":"500 Internal Server Error","statusCode":500}').code).toBe(1);
    expect(audit("").code).toBe(1);
  });
});

describe("what is installed with Takopi", () => {
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(new URL("package.json", root), "utf8")));

  it("is of an exact version", () => {
    expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it("is there for a reason that docs/security.md gives", () => {
    const page = readFileSync(new URL("docs/security.md", root), "utf8");
    const reasons = [...page.matchAll(/^\| `([^`]+)` \| (.{10,}?) \|$/gm)].map(([, name]) => name);
    expect(Object.keys(dependencies).filter((name) => !reasons.includes(name))).toEqual([]);
  });
});
