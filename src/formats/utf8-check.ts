const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Whether byte text is UTF-8 as systemd accepts it: well-formed, and without the code points that are no characters
 * (U+FDD0 to U+FDEF, and those ending in FFFE or FFFF). systemd src/basic/utf8.c.
 */
export function isSystemdUtf8(byteText: string): boolean {
  if (/^[\x00-\x7f]*$/.test(byteText)) return true;
  try {
    const decoded = decoder.decode(Uint8Array.from(byteText, (character) => character.charCodeAt(0)));
    return [...decoded].every((character) => isUnicodeCharacter(character.codePointAt(0) ?? 0));
  } catch {
    return false;
  }
}

/** Whether a code point is a character that systemd lets pass. */
export function isUnicodeCharacter(codePoint: number): boolean {
  if (codePoint >= 0x110000 || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return false;
  return !(codePoint >= 0xfdd0 && codePoint <= 0xfdef) && (codePoint & 0xfffe) !== 0xfffe;
}

/** A code point's UTF-8 bytes as byte text; surrogates are encoded like any other, as systemd does. */
export function encodeCodePoint(codePoint: number): string {
  if (codePoint < 0x80) return String.fromCharCode(codePoint);
  if (codePoint < 0x800) return String.fromCharCode(0xc0 | (codePoint >> 6), tail(codePoint));
  if (codePoint < 0x10000) return String.fromCharCode(0xe0 | (codePoint >> 12), tail(codePoint >> 6), tail(codePoint));
  return String.fromCharCode(0xf0 | (codePoint >> 18), tail(codePoint >> 12), tail(codePoint >> 6), tail(codePoint));
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
