/** Parses an option that may be given again and again. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
