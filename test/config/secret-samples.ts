/** What a secret of a kind looks like in a text. Made up: none of them opens anything. */
export interface SecretSample {
  readonly name: string;
  readonly before: string;
  readonly secret: string;
  readonly after: string;
}

const ALPHABET = "aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW0xYz";

/** Random-looking characters, the same each time. They are put together here so that nobody's scanner takes this file for a leak. */
function noise(length: number): string {
  return ALPHABET.repeat(Math.ceil(length / ALPHABET.length)).slice(0, length);
}

function hex(length: number): string {
  return "0f1e2d3c4b5a69788796a5b4c3d2e1f0".repeat(Math.ceil(length / 32)).slice(0, length);
}

function sample(name: string, secret: string, ...[before = "", after = ""]: readonly string[]): SecretSample {
  return { name, before, secret, after };
}

export const secretSamples: readonly SecretSample[] = [
  sample("Telegram bot token", `123456789:AA${noise(33)}`),
  sample("Telegram bot token in an address", `123456789:AA${noise(33)}`, "https://api.telegram.org/bot", "/getMe"),
  sample("Anthropic key", `sk-ant-api03-${noise(93)}AA`),
  sample("token of Claude Code", `sk-ant-oat01-${noise(93)}AA`, '"', '"'),
  sample("OpenAI project key", `sk-proj-${noise(74)}`),
  sample("old OpenAI key", `sk-${noise(48)}`, "OPENAI_API_KEY="),
  sample("OpenRouter key", `sk-or-v1-${hex(64)}`),
  sample("Google key", `AIza${noise(35)}`, "key="),
  sample("Google client secret", `GOCSPX-${noise(28)}`),
  sample("Google access token", `ya29.${noise(60)}`),
  sample("GitHub token", `ghp_${noise(36)}`),
  sample("GitHub token of an app", `ghs_${noise(36)}`, "https://x-access-token:", "@github.com/me/x"),
  sample("fine-grained GitHub token", `github_pat_${noise(22)}_${noise(59)}`),
  sample("GitLab token", `glpat-${noise(20)}`),
  sample("AWS key id", "AKIAIOSFODNN7EXAMPLE"),
  sample("AWS secret key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = "),
  sample("Slack bot token", `xoxb-123456789012-1234567890123-${noise(24)}`),
  sample("Slack app token", `xapp-1-A0123456789-1234567890123-${hex(64)}`),
  sample("Slack webhook", `T01234567/B01234567/${noise(24)}`, "https://hooks.slack.com/services/"),
  sample("Stripe key", `sk_live_${noise(24)}`),
  sample("signing secret", `whsec_${noise(32)}`),
  sample("npm token", `npm_${noise(36)}`, "//registry.npmjs.org/:_authToken="),
  sample("PyPI token", `pypi-AgEIcHlwaS5vcmc${noise(80)}`),
  sample("Hugging Face token", `hf_${noise(34)}`),
  sample("Groq key", `gsk_${noise(52)}`),
  sample("SendGrid key", `SG.${noise(22)}.${noise(43)}`),
  sample("DigitalOcean token", `dop_v1_${hex(64)}`),
  sample("age key", `AGE-SECRET-KEY-1${noise(58).toUpperCase()}`),
  sample("JSON web token", `eyJ${noise(17)}.eyJ${noise(40)}.${noise(43)}`),
  sample("token in a header", `abc.def-123_x=`, "Authorization: Bearer "),
  sample("token in a header as JSON", noise(20), '"authorization": "Bearer ', '"'),
  sample("password in a header", "bWU6aHVudGVyMjI=", "authorization: Basic "),
  sample("bearer token", noise(24), "bearer "),
  sample("key in a header", noise(32), "x-api-key: "),
  sample("password in an address", "hunter22", "postgres://me:", "@db.example/app"),
  sample("password without a name", "s3cret-w0rd", "redis://:", "@cache:6379/0"),
  sample(
    "private key",
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${noise(70)}\n${noise(30)}\n-----END OPENSSH PRIVATE KEY-----`,
  ),
  sample(
    "private key in JSON",
    `-----BEGIN PRIVATE KEY-----\\n${noise(64)}\\n-----END PRIVATE KEY-----`,
    '{"private_key":"',
    '\\n"}',
  ),
  sample(
    "encrypted private key",
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${noise(64)}\n-----END RSA PRIVATE KEY-----`,
  ),
  sample("private key that is cut", `-----BEGIN RSA PRIVATE KEY-----\n${noise(64)}\n${noise(64)}`, "", "\n…"),
];
