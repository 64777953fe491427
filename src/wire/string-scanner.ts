const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;

/** Finds the strings in JSON that comes in slices, without looking at anything else. */
interface StringScanner {
  inString(): boolean;
  /** Goes on to the next end or beginning of a string, behind the quote, or to the end of the slice. Returns where it stopped. */
  scan(slice: Buffer, start: number): number;
  /** How many of the last bytes belong to something unfinished, which a cut must not split. */
  openBytes(written: Buffer): number;
}

/** Starts outside of a string. */
export function createStringScanner(): StringScanner {
  let inString = false;
  /** Bytes of the running escape so far; 0 outside of one. */
  let escapeLength = 0;
  let escapeIsUnicode = false;
  /** The hex digits of the running unicode escape. */
  let code = 0;
  /** Length of a finished escape that is the first half of a surrogate pair. */
  let highSurrogate = 0;

  function scan(slice: Buffer, start: number): number {
    for (let at = start; at < slice.length; at += 1) {
      const byte = slice[at] ?? 0;
      if (!inString) {
        if (byte !== quote) continue;
        inString = true;
        return at + 1;
      }
      if (escapeLength > 0) {
        continueEscape(byte);
      } else if (byte === quote) {
        inString = false;
        highSurrogate = 0;
        return at + 1;
      } else if (byte === backslash) {
        escapeLength = 1;
      } else {
        highSurrogate = 0;
      }
    }
    return slice.length;
  }

  function continueEscape(byte: number): void {
    escapeLength += 1;
    if (escapeLength === 2) {
      escapeIsUnicode = byte === letterU;
      code = 0;
      if (escapeIsUnicode) return;
    } else {
      code = code * 16 + hexDigit(byte);
      if (escapeLength < 6) return;
    }
    const isHigh = escapeIsUnicode && code >= 0xd800 && code < 0xdc00;
    highSurrogate = isHigh ? escapeLength : 0;
    escapeLength = 0;
  }

  function openBytes(written: Buffer): number {
    if (escapeLength > 0 || highSurrogate > 0) return highSurrogate + escapeLength;
    return openUtf8Bytes(written);
  }

  return { inString: () => inString, scan, openBytes };
}

function hexDigit(byte: number): number {
  return byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
}

/** Length of an unfinished UTF-8 sequence at the end. */
export function openUtf8Bytes(bytes: Buffer): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes.at(-back) ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
