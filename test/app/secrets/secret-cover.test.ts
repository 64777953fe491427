import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSecretCover, type SecretCoverOptions } from "../../../src/app/secrets/secret-cover.ts";
import { secretSamples } from "../../config/secret-samples.ts";

function coverWith(options: Partial<SecretCoverOptions> = {}): ReturnType<typeof createSecretCover> {
  return createSecretCover({ never: [], values: [], shapes: true, allow: [], ...options });
}

const { cover, secretsIn } = coverWith();

describe("covering by looks", () => {
  it.each(secretSamples)(
    "covers a $name, character for character, and finds it to be shown",
    ({ before, secret, after }) => {
      const text = `see ${before}${secret}${after} there`;
      const dots = secret.replace(/[^\n]/g, "•");
      expect(cover(text)).toBe(`see ${before}${dots}${after} there`);
      expect(secretsIn(text)).toEqual([secret]);
    },
  );

  it.each(secretSamples)("leaves a $name alone when it is covered already", ({ before, secret, after }) => {
    const once = cover(`${before}${secret}${after}`);
    expect(cover(once)).toBe(once);
    expect(secretsIn(once).filter((found) => !found.includes("•"))).toEqual([]);
  });

  it.each([
    ["a git hash", "commit 3f786850e387550fdab836ed7e6dc881de23001b (HEAD -> main)"],
    ["a UUID", "session 0b9f2c1e-7d7a-4a0b-9b0e-2f6f2d7f9a11"],
    [
      "resume lines",
      "`codex resume 019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b`\nclaude --resume 0b9f2c1e-7d7a-4a0b-9b0e-2f6f2d7f9a11",
    ],
    ["a session of OpenCode", "opencode --session ses_494719016ffe85dkDMj0FPRbHK"],
    ["a digest", "sha512-Ks0HEMVFgeDwIZWcgDXX5Zfs0kPpRpQ0SgvEQmQXJBvsNEhOQwVTHDFiMx2lBCCjkqwXwQ8F8DDtiLFE7IHnnw=="],
    ["names of CSS classes", "the class sk-estimator-html-doc-link-2 and sk-toggleable__content-fitted"],
    [
      "words about tokens",
      "Bearer authentication: send `Authorization: Bearer $TOKEN` or Bearer <token>; the bearer of news",
    ],
    [
      "placeholders",
      "export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx and OPENAI_API_KEY=sk-your-key-goes-here-please-1A",
    ],
    [
      "addresses",
      "http://localhost:3000/a@b, git@github.com:me/x.git, https://example.com:8080/path?x=1:2@3, ssh://git@host:22/x",
    ],
    [
      "addresses of examples",
      "postgres://user:password@localhost/db, https://user:pass@host, redis://:${REDIS_PASSWORD}@cache",
    ],
    ["times and places in code", "src/app.ts:12345:Awaited<ReturnType<typeof somethingVeryLongIndeed>>, at 12:34:56"],
    [
      "words about private keys",
      "A file that starts with -----BEGIN PRIVATE KEY----- is a key and ends with -----END PRIVATE KEY-----.",
    ],
    [
      "certificates",
      "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n-----END CERTIFICATE-----",
    ],
    ["public keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJf0rQ2rX4cX6o2Bq0kq8bC5yqv1q2J5s1Jm5d9m8n7o me@host"],
    [
      "variables",
      "npm_config_registry, npm_package_version, hf_hub_download, xoxo-xoxo-xoxo, glpat-prefix-and-more-words-here",
    ],
    ["names of AWS", "arn:aws:iam::123456789012:role/AKIA, ASIAPACIFIC, AKIAB"],
  ])("leaves %s alone", (_what, text) => {
    expect(cover(text)).toBe(text);
  });

  it("leaves the documents of the Markdown corpus and base64 images alone", () => {
    const dir = new URL("../../../fixtures/markdown/", import.meta.url);
    for (const file of readdirSync(dir)) {
      const text = readFileSync(new URL(file, dir), "utf8");
      expect(secretsIn(text), file).toEqual([]);
    }
    for (let seed = 0; seed < 20; seed += 1) {
      const image = `![x](data:image/png;base64,${randomBase64(seed, 100_000)})`;
      expect(secretsIn(image)).toEqual([]);
    }
  });

  it("keeps line ends and astral characters where they are", () => {
    const text = "🙂 ghp_abcdefghijklmnopqrstuvwxyz0123456789 🙂\nnext";
    expect(cover(text)).toBe(`🙂 ${"•".repeat(40)} 🙂\nnext`);
  });
});

describe("covering values", () => {
  it("covers a value wherever it appears, also inside of words and as JSON and addresses write it", () => {
    const { cover: coverValue } = coverWith({ values: ['hunter"2 2/x'] });
    expect(coverValue('xhunter"2 2/xy {"a":"hunter\\"2 2/x"} ?q=hunter%222%202%2Fx&')).toBe(
      `x${"•".repeat(12)}y {"a":"${"•".repeat(13)}"} ?q=${"•".repeat(18)}&`,
    );
  });

  it("covers every line of a value of several lines", () => {
    const { cover: coverValue } = coverWith({ values: ["first-line-of-the-secret\nshort\nthird-line-of-the-secret"] });
    expect(coverValue("12→third-line-of-the-secret")).toBe(`12→${"•".repeat(24)}`);
  });

  it("covers the whole of values that overlap", () => {
    const { cover: coverValue, secretsIn: find } = coverWith({ values: ["abcdefgh", "efghijkl"] });
    expect(coverValue("-abcdefghijkl-")).toBe(`-${"•".repeat(12)}-`);
    expect(find("-abcdefghijkl-")).toEqual(["abcdefghijkl"]);
  });

  it("covers what stands out only when its neighbour is covered", () => {
    const glued = coverWith({ values: ["hunter22"] });
    const text = "hunter22ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    expect(glued.cover(text)).toBe("•".repeat(text.length));
  });

  it("never covers what is allowed", () => {
    const tolerant = coverWith({ values: ["hunter22"], allow: ["ghp_test*", "hunter22"] });
    const text = "hunter22 ghp_testabcdefghijklmnopqrstuvwxyz";
    expect(tolerant.cover(text)).toBe(text);
    expect(tolerant.cover("ghp_abcdefghijklmnopqrstuvwxyz")).not.toContain("abc");
  });

  it("covers what may never be shown although it is allowed, and does not offer to show it", () => {
    const strict = coverWith({ never: ["the-bot-token"], allow: ["*"], values: ["x-the-bot-token"] });
    expect(strict.cover("x-the-bot-token")).toBe(`x-${"•".repeat(13)}`);
    expect(strict.secretsIn("x-the-bot-token")).toEqual([]);
  });
});

describe("the time it takes", () => {
  const CHARS = 400_000;
  const hostile: readonly string[] = [
    "a",
    "A",
    "0",
    "-",
    "_",
    ".",
    "/",
    ":",
    "=",
    "\\",
    "\n",
    "sk-",
    "eyJ",
    "eyJhbGciOi.",
    ".eyJ",
    "ghp_",
    "AKIA",
    "xoxb-",
    "http://",
    "://:",
    "a://b:",
    "a.b+c-",
    "bearer ",
    "Bearer\t",
    "authorization:",
    "authorization: bearer ",
    "x-api-key: ",
    "secret_access_key=",
    "12345:A",
    "1:A",
    "SG.",
    "hooks.slack.com/services/",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n",
    "-----END PRIVATE KEY-----",
    "-----BEGIN ",
    "-----BEGIN A A A A A ",
    "-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAAAAAAAAAA ",
    "\\n\\r",
    " \\n",
    "aB0",
    "sk-aB0-",
    "sk_live_",
    "whsec_",
    "npm_",
    "hf_",
    "xapp-1-",
  ];

  it.each(hostile.map((piece) => ({ piece })))(
    "grows with the text and no faster, for $piece over and over",
    ({ piece }) => {
      const small = bestOf(2, () => cover(piece.repeat(Math.ceil(CHARS / 8 / piece.length))));
      const large = bestOf(2, () => cover(piece.repeat(Math.ceil(CHARS / piece.length))));
      // Eight times the text; a square would be sixty-four times as long.
      expect(large).toBeLessThan(Math.max(small * 24, 500));
    },
  );
});

/** Of the processor: other programs may be at work. */
function bestOf(rounds: number, act: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    act();
    return process.cpuUsage(before).user / 1000;
  });
  return Math.min(...times);
}

function randomBase64(seed: number, length: number): string {
  const bytes = new Uint8Array((length * 3) / 4);
  let state = seed * 2_654_435_761 + 1;
  for (let index = 0; index < bytes.length; index += 1) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    bytes[index] = state >>> 13;
  }
  return Buffer.from(bytes).toString("base64");
}
