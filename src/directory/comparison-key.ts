/** Fullwidth and halfwidth forms (U+FF00 block) and the ideographic space: the only ones the width mapping touches. */
const WIDTH_VARIANTS = /[\u3000\uFF01-\uFFEE]/gu;

/**
 * The form in which names are compared and kept unique: width mapping, case mapping, NFC, in the order of the
 * UsernameCaseMapped profile (RFC 8265 section 3.3, asked for by RFC 7644 section 5). Nothing is refused here:
 * spaces and symbols are legal in names that identity providers send; the value itself is stored as it came.
 */
export function comparisonKey(text: string): string {
  return text
    .replace(WIDTH_VARIANTS, (variant) => variant.normalize('NFKC'))
    .toLowerCase()
    .normalize('NFC');
}
