const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a uuid as we write it; ids are case-exact (RFC 7643 section 3.1), so upper case is none. */
export function isIdText(text: string): boolean {
  return ID.test(text);
}

const LAST_CODE_POINT = 0x10ffff;

/**
 * The first text, in the order of code points, after all that start with a prefix.
 * @returns undefined when nothing comes after them
 */
export function afterPrefix(prefix: string): string | undefined {
  const codePoints = [...prefix].map((character) => character.codePointAt(0) ?? 0);
  while (codePoints.length > 0) {
    const last = codePoints.pop() ?? 0;
    // Surrogates are not code points of any text.
    if (last < LAST_CODE_POINT) return String.fromCodePoint(...codePoints, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}
