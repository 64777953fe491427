import { findKeyBlocks } from "./key-blocks.ts";
import type { TextSpan } from "./text-span.ts";

/** One kind of secret that can be told by its looks. */
interface SecretShape {
  readonly name: string;
  /** A text without this has none of them, which is found out much faster than by the pattern. Absent where case does not matter. */
  readonly marker?: string;
  /**
   * Global. Matches in a time that grows with the text and no faster: no run of characters is tried from each of its places. A group
   * `secret` ends where the match ends and is what is covered; without it, all of the match is.
   */
  readonly pattern: RegExp;
  /** For shapes that ordinary names may have too. */
  readonly isRandom?: boolean;
  readonly source: string;
}

/** Prefixes such as `ghp_` count only where no word goes on; those that base64 may contain, only outside of it. */
const SHAPES: readonly SecretShape[] = [
  {
    name: "Telegram bot token",
    marker: ":A",
    pattern: /(?<!\d)\d{5,16}:A[A-Za-z0-9_-]{33,}/g,
    source: "core.telegram.org/bots/features#botfather; gitleaks telegram-bot-api-token",
  },
  {
    name: "Anthropic key",
    marker: "sk-ant-",
    pattern: /(?<![A-Za-z0-9])sk-ant-[a-z]{2,10}\d\d-[A-Za-z0-9_-]{16,}/g,
    source:
      "gitleaks anthropic-api-key, anthropic-admin-api-key; OAuth tokens of Claude Code are sk-ant-oat01, sk-ant-ort01",
  },
  {
    name: "OpenAI key",
    marker: "sk-",
    pattern: /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}/g,
    isRandom: true,
    source: "gitleaks openai-api-key; OpenRouter, DeepSeek and LiteLLM use the same prefix",
  },
  {
    name: "Google key",
    marker: "AIza",
    pattern: /(?<![A-Za-z0-9_+/-])AIza[A-Za-z0-9_-]{35}/g,
    source: "gitleaks gcp-api-key",
  },
  {
    name: "Google client secret",
    marker: "GOCSPX-",
    pattern: /(?<![A-Za-z0-9])GOCSPX-[A-Za-z0-9_-]{28}/g,
    source: "docs.cloud.google.com: OAuth client secrets",
  },
  {
    name: "Google access token",
    marker: "ya29.",
    pattern: /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{30,}/g,
    source: "developers.google.com/identity: OAuth access tokens",
  },
  {
    name: "GitHub token",
    marker: "gh",
    pattern: /(?<![A-Za-z0-9])gh[opsur]_[A-Za-z0-9]{20,}/g,
    source: "docs.github.com: token formats; gitleaks github-pat and its siblings",
  },
  {
    name: "fine-grained GitHub token",
    marker: "github_pat_",
    pattern: /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{20,}/g,
    source: "gitleaks github-fine-grained-pat",
  },
  {
    name: "GitLab token",
    marker: "gl",
    pattern: /(?<![A-Za-z0-9])gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.=-]{20,}/g,
    isRandom: true,
    source: "docs.gitlab.com/security/tokens: token prefixes; gitleaks gitlab-pat and its siblings",
  },
  {
    name: "AWS key id",
    pattern: /(?<![A-Za-z0-9+/])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9+/])/g,
    source: "docs.aws.amazon.com: IAM unique identifiers; gitleaks aws-access-token",
  },
  {
    name: "AWS secret key",
    pattern: /secret_?access_?key["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?<secret>[A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])/gi,
    source: "docs.aws.amazon.com: 40 characters without a mark of their own, so only beside their name",
  },
  {
    name: "Slack token",
    marker: "xox",
    pattern: /(?<![A-Za-z0-9])xox[abceoprs]-[A-Za-z0-9-]{10,}/g,
    isRandom: true,
    source: "docs.slack.dev: token types; gitleaks slack-bot-token and its siblings",
  },
  {
    name: "Slack app token",
    marker: "xapp-",
    pattern: /(?<![A-Za-z0-9])xapp-\d-[A-Za-z0-9-]{20,}/g,
    source: "gitleaks slack-app-token",
  },
  {
    name: "Slack webhook",
    marker: "hooks.slack.com/",
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>[A-Za-z0-9/]{40,})/g,
    source: "gitleaks slack-webhook-url",
  },
  {
    name: "Stripe key",
    marker: "k_",
    pattern: /(?<![A-Za-z0-9])(?:sk|rk)_(?:test|live|prod)_[A-Za-z0-9]{10,}/g,
    source: "docs.stripe.com/keys; gitleaks stripe-access-token",
  },
  {
    name: "signing secret of a webhook",
    marker: "whsec_",
    pattern: /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/=]{24,}/g,
    source: "docs.stripe.com/webhooks; standardwebhooks.com",
  },
  {
    name: "npm token",
    marker: "npm_",
    pattern: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/g,
    source: "docs.npmjs.com: access tokens; gitleaks npm-access-token",
  },
  {
    name: "PyPI token",
    marker: "pypi-AgE",
    pattern: /(?<![A-Za-z0-9])pypi-AgE[A-Za-z0-9_-]{50,}/g,
    source: "gitleaks pypi-upload-token",
  },
  {
    name: "Hugging Face token",
    marker: "hf_",
    pattern: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}/g,
    source: "gitleaks huggingface-access-token",
  },
  {
    name: "key of xAI, Groq, Perplexity or Replicate",
    pattern: /(?<![A-Za-z0-9])(?:xai-[A-Za-z0-9]{60,}|gsk_[A-Za-z0-9]{40,}|pplx-[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{37})/g,
    source: "docs of the services; gitleaks perplexity-api-key",
  },
  {
    name: "SendGrid key",
    marker: "SG.",
    pattern: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}/g,
    source: "gitleaks sendgrid-api-token",
  },
  {
    name: "DigitalOcean token",
    marker: "_v1_",
    pattern: /(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{64}/g,
    source: "gitleaks digitalocean-pat and its siblings",
  },
  {
    name: "age key",
    marker: "AGE-SECRET-KEY-1",
    pattern: /AGE-SECRET-KEY-1[A-Z0-9]{58}/g,
    source: "age-encryption.org; gitleaks age-secret-key",
  },
  {
    name: "JSON web token",
    marker: ".eyJ",
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
    source: "RFC 7519; gitleaks jwt",
  },
  {
    name: "authorization header",
    pattern:
      /\bauthorization["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?:bearer|basic|token)[ \t]{1,3}(?<secret>[A-Za-z0-9._~+/=-]{8,})/gi,
    source: "RFC 6750, RFC 7617",
  },
  {
    name: "bearer token",
    pattern: /\bbearer[ \t]{1,3}(?<secret>[A-Za-z0-9._~+/=-]{16,})/gi,
    isRandom: true,
    source: "RFC 6750",
  },
  {
    name: "key header",
    pattern:
      /\bx-(?:api|goog-api|auth)-(?:key|token)["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?<secret>[A-Za-z0-9._~+/=-]{16,})/gi,
    isRandom: true,
    source: "the headers of Anthropic, Google and others",
  },
  {
    name: "password in an address",
    marker: "://",
    pattern: /:\/\/[^\s/?#:@"'`<>•]{0,64}:(?<secret>[^\s/?#@"'`<>•]{1,200})(?=@)/g,
    source: "RFC 3986, section 3.2.1",
  },
];

/** What stands in examples where a secret would be: `${TOKEN}`, `xxxxxxxxxx`, `your-key-here`. */
const PLACEHOLDER =
  /^(?:pass|passwd|password|pwd|pw|secret|token|key|user|changeme|example|[*x.]+|\$.*|%.*|\{.*|\[.*)$|your|([^-])\1{9}/i;

/** Where the text has what looks like a secret, in no particular order; spans may overlap. */
export function findSecretShapes(text: string): readonly TextSpan[] {
  return [...findKeyBlocks(text), ...SHAPES.flatMap((shape) => findShape(text, shape))];
}

function findShape(text: string, { marker, pattern, isRandom = false }: SecretShape): readonly TextSpan[] {
  if (marker !== undefined && !text.includes(marker)) return [];
  return [...text.matchAll(pattern)].flatMap((match) => {
    const to = match.index + match[0].length;
    const secret = match.groups?.["secret"] ?? match[0];
    const isReal = !PLACEHOLDER.test(secret) && (!isRandom || looksRandom(secret));
    return isReal ? [{ from: to - secret.length, to }] : [];
  });
}

/** Words with hyphens between are not: it takes digits beside both cases, or much of hexadecimal. */
function looksRandom(secret: string): boolean {
  return (/\d/.test(secret) && /[A-Z]/.test(secret) && /[a-z]/.test(secret)) || /[0-9a-f]{24}/.test(secret);
}

/** Names of keys whose values are secrets whatever they look like. */
const SECRET_KEY = /token|secret|password|api_?key|credential/i;

export const MASK = "[redacted]";

/** The text with everything that looks like a secret replaced. */
export function maskSecretShapes(text: string): string {
  const found = findSecretShapes(text).toSorted((a, b) => a.from - b.from || b.to - a.to);
  let masked = "";
  let at = 0;
  for (const { from, to } of found) {
    if (from >= at) masked += `${text.slice(at, from)}${MASK}`;
    at = Math.max(at, to);
  }
  return masked + text.slice(at);
}

/** Whether a key of the configuration holds a secret, judged by its last segment. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key.slice(key.lastIndexOf(".") + 1));
}
