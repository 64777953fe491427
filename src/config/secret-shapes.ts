/** What known secrets look like, wherever they appear. */
const SECRET_SHAPES: readonly RegExp[] = [
  // Telegram bot token: the bot's id, a colon, 35 characters.
  /\d+:[A-Za-z0-9_-]{30,}/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\bgh[opsur]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bxox[a-z]-[A-Za-z0-9-]{10,}/g,
  /(?<=\bbearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g,
];

/** Names of keys whose values are secrets whatever they look like. */
const SECRET_KEY = /token|secret|password|api_?key|credential/i;

export const MASK = "[redacted]";

/** The text with everything that looks like a secret replaced. */
export function maskSecretShapes(text: string): string {
  return SECRET_SHAPES.reduce((masked, shape) => masked.replace(shape, MASK), text);
}

/** Whether a key of the configuration holds a secret, judged by its last segment. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key.slice(key.lastIndexOf(".") + 1));
}
