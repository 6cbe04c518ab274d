import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backOff, retryAfter } from '../../../src/webhooks/delivery/back-off.js';

const settings = { retryFirstMilliseconds: 5000, retryLongestSeconds: 21_600 };

describe('the wait after a failed attempt', () => {
  it('doubles up to the longest', () => {
    const waits = [1, 2, 3, 4, 12, 13, 14, 1000].map((attempts) => backOff(settings, attempts, 0));
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 10_240_000, 20_480_000, 21_600_000, 21_600_000]);
  });

  it('is at most a quarter shorter by chance, and never longer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, random) => {
          const longest = backOff(settings, attempts, 0);
          const wait = backOff(settings, attempts, random);
          expect(wait).toBeLessThanOrEqual(longest);
          expect(wait).toBeGreaterThanOrEqual(longest * 0.75 - 1);
        },
      ),
    );
  });

  it('is what Retry-After says, in seconds or as a date, a day at most', () => {
    const now = Date.parse('2027-01-01T00:00:00Z');
    expect(retryAfter('120', now)).toBe(120_000);
    expect(retryAfter('Fri, 01 Jan 2027 00:01:00 GMT', now)).toBe(60_000);
    expect(retryAfter('Thu, 31 Dec 2026 00:00:00 GMT', now)).toBe(0);
    expect(retryAfter('999999999', now)).toBe(86_400_000);
    for (const nothing of [undefined, '', 'soon', '-5x']) expect(retryAfter(nothing, now)).toBeUndefined();
  });
});
