/** A mistake in what was typed, found behind the parser of the options; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
