import { describe, expect, it } from '@jest/globals';
import { createRequestLog } from '../support/google-emulator/http/request-log.ts';

describe('the highest rate of requests', () => {
  it('is that of any span of time, not of whole minutes', () => {
    let now = 0;
    const log = createRequestLog(() => now);
    // Five from 50 to 110 s, although no whole minute has more than four.
    for (const seconds of [0, 50, 55, 61, 100, 109.999, 110, 200]) {
      now = seconds * 1_000;
      log.count();
    }
    expect([log.peak(60_000), log.peak(1), log.peak(2)]).toEqual([5, 1, 2]);
    log.clear();
    expect(log.peak(60_000)).toBe(0);
  });
});
