/** What attribute names (RFC 7643 section 2.1, erratum 8924) and URNs (RFC 8141) are made of; the dot is apart. */
const PATH_CHARACTER = /^[A-Za-z0-9$_:.~%/+=@,;!*&-]*$/;

/**
 * Whether a text can be an attribute path of RFC 7644 section 3.10 at all, before any schema is asked: it starts with a
 * letter or `$`, and no name in it is empty.
 */
export function isPathText(text: string): boolean {
  return /^[A-Za-z$]/.test(text) && PATH_CHARACTER.test(text) && !/[.:]$|\.\.|\.:|:\./.test(text);
}
