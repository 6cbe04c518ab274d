import { InvalidArgumentError } from 'commander';

/** A whole number from 1 to `most`, for options such as --limit. @throws InvalidArgumentError */
export function parseCount(most: number): (text: string) => number {
  return parseWhole(1, most);
}

/** A whole number between two bounds, both included. @throws InvalidArgumentError */
export function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
  };
}

/** How many seats a licence has; null has no limit. @throws InvalidArgumentError */
export function parseSeats(text: string): number | null {
  if (text === 'unlimited') return null;
  // what the column holds
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 0, or unlimited.');
}

/** Percentages such as `80,100`; `never` is none. @throws InvalidArgumentError */
export function parsePercentages(text: string): number[] {
  if (text === 'never') return [];
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => /^\d{1,4}$/.test(part))) return [...new Set(parts.map(Number))].sort((a, b) => a - b);
  throw new InvalidArgumentError('Write whole numbers with commas between them, such as 80,100, or never.');
}
