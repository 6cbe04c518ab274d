const ENCODED = /%[0-9A-Fa-f]{2}/g;
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/**
 * A URI in the one form of all that are equivalent by syntax (RFC 3986 section 6.2.2): scheme and host in lower case,
 * dot segments gone, nothing encoded that need not be.
 * @param base what a relative reference is resolved against
 * @returns undefined when the text is no URI, or is relative and there is no base
 */
export function canonicalUri(text: string, base?: string): string | undefined {
  const uri = URL.parse(text, base);
  return uri === null ? undefined : uri.href.replace(ENCODED, decodedIfUnreserved);
}

function decodedIfUnreserved(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return UNRESERVED.test(character) ? character : encoded.toUpperCase();
}
