/**
 * Text as Telegram's server would keep it, so that no offset shifts on arrival: line ends become `\n`, tabs four spaces, control
 * characters a space, lone surrogates U+FFFD. Terminal colour sequences, bidi overrides (U+202A-202E) and the three combining marks
 * that the server deletes are removed here first.
 */
export function cleanText(text: string): string {
  if (!NEEDS_CLEANING.test(text)) return text;
  return text
    .replace(TERMINAL_SEQUENCE, "")
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replaceAll("\t", "    ")
    .replace(CONTROL_CHARACTER, " ")
    .replace(/[AaUuwy]\u030a/g, (letter) => letter.normalize("NFC"))
    .replace(/[\u202a-\u202e]|\u030a|\u0333|\u033f/g, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Whether a reader would see nothing; Telegram refuses such a message as empty. */
export function isBlank(text: string): boolean {
  return !VISIBLE_CHARACTER.test(text);
}

// eslint-disable-next-line no-control-regex -- control characters are what this file is about
const NEEDS_CLEANING = /[\u0000-\u0009\u000b-\u001f\u2028-\u202e]|\u030a|\u0333|\u033f|\p{Surrogate}/u;
// eslint-disable-next-line no-control-regex -- see above
const TERMINAL_SEQUENCE = /\u001b\[[0-9;?]*[A-Za-z]/g;
// eslint-disable-next-line no-control-regex -- see above
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;
const VISIBLE_CHARACTER = /[^\s\u2800\p{Default_Ignorable_Code_Point}]/u;
