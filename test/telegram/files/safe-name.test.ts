import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDenied } from "../../../src/telegram/files/deny-globs.ts";
import { numbered, safeFileName } from "../../../src/telegram/files/safe-name.ts";

describe("the name of a file that somebody sent", () => {
  it("is kept when it is safe", () => {
    for (const name of ["report.pdf", "Überblick 2.tar.gz", "レポート.txt", ".env.example", "a b (1).png"])
      expect(safeFileName(name)).toBe(name);
  });

  it("loses its directories, its control characters and a leading dash", () => {
    expect(safeFileName("../../etc/passwd")).toBe("passwd");
    expect(safeFileName("C:\\Users\\ada\\a.txt")).toBe("a.txt");
    expect(safeFileName("a\n[could not be fetched]\u202e.pdf")).toBe("a[could not be fetched].pdf");
    expect(safeFileName("-rf")).toBe("_rf");
  });

  it("is none where nothing is left", () => {
    for (const name of ["", "..", ".", "/", "\u0000", "a/.."]) expect(safeFileName(name)).toBeUndefined();
  });

  it("is short enough to be numbered, and keeps its extension", () => {
    const name = safeFileName(`${"ü".repeat(5_000)}.pdf`) ?? "";
    expect(name.endsWith("ü.pdf")).toBe(true);
    expect(Buffer.byteLength(numbered(name, 1_000_000))).toBeLessThan(255);
  });

  it("is never a way out of a directory, whatever was sent", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
        (sent) => {
          const name = safeFileName(sent) ?? "x";
          expect(name).not.toMatch(/[/\\\p{Cc}]/u);
          expect(["", ".", ".."]).not.toContain(name);
          expect(name.startsWith("-")).toBe(false);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(180);
        },
      ),
    );
  });
});

describe("paths that are kept out", () => {
  const globs = [".git/**", ".env", "*.pem", "secrets/?.txt"];

  it("are found at any depth, in any case", () => {
    for (const path of [".env", "incoming/.env", "a/KEY.pem", "x/.git/hooks/pre-commit", "b/secrets/1.txt"])
      expect(isDenied(path, globs)).toBe(true);
  });

  it("are no others", () => {
    for (const path of [".envrc", "my.env", "a.pem.txt", ".github/x", "git/x", "secrets/12.txt", "secrets/a/1.txt"])
      expect(isDenied(path, globs)).toBe(false);
  });
});
