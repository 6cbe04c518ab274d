import { InvalidArgumentError } from 'commander';

/** A whole number from 1 to `most`, for options such as --limit. @throws InvalidArgumentError */
export function parseCount(most: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`Write a whole number from 1 to ${most}.`);
  };
}

/** How many seats a licence has; null has no limit. @throws InvalidArgumentError */
export function parseSeats(text: string): number | null {
  if (text === 'unlimited') return null;
  // what the column holds
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 0, or unlimited.');
}
