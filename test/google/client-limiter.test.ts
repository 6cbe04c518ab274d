import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Clock, createLimiter } from '../../src/google/client/limiter.js';

const MINUTE = 60_000;

/** Time that goes by only where somebody sleeps, a little longer than was asked for, as timers do. */
function slowClock(late: () => number): Clock & { advance(milliseconds: number): void } {
  let now = 0;
  return {
    now: () => now,
    async sleep(milliseconds) {
      now += milliseconds + late();
    },
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

const { signal } = new AbortController();

describe('the limiter', () => {
  it('B45: lets no more through in any 60 seconds than it was told, whenever requests come and however late timers are', async () => {
    const events = fc.array(
      fc.oneof(
        fc.record({ wait: fc.integer({ min: 0, max: 90_000 }) }),
        fc.record({ requests: fc.integer({ min: 1, max: 60 }) }),
        fc.constant({ slow: true }),
        fc.record({ pause: fc.integer({ min: 1, max: 5000 }) }),
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 0, max: 40 }),
        events,
        async (perMinute, late, steps) => {
          const clock = slowClock(() => late);
          const limiter = createLimiter(perMinute, clock);
          const left: number[] = [];
          for (const step of steps) {
            if ('wait' in step) clock.advance(step.wait);
            else if ('pause' in step) limiter.pause(step.pause);
            else if ('slow' in step) limiter.slowDown();
            else {
              for (let request = 0; request < step.requests; request += 1) {
                await limiter.take(signal);
                left.push(clock.now());
              }
            }
          }
          for (const [index, at] of left.entries()) {
            const earlier = left[index - perMinute];
            if (earlier !== undefined) expect(at - earlier).toBeGreaterThanOrEqual(MINUTE);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('loses no turn to timers that are late', async () => {
    const clock = slowClock(() => 3);
    const limiter = createLimiter(600, clock);
    for (let request = 0; request < 600; request += 1) await limiter.take(signal);
    expect(clock.now()).toBeLessThan(MINUTE);
    expect(clock.now()).toBeGreaterThan(MINUTE * 0.98);
  });

  it('is slower after a quota answer, said once or twenty times, and recovers', async () => {
    const clock = slowClock(() => 0);
    const limiter = createLimiter(6000, clock);
    const taking = async (requests: number) => {
      const from = clock.now();
      for (let request = 0; request < requests; request += 1) await limiter.take(signal);
      return clock.now() - from;
    };
    const before = await taking(100);
    for (let answers = 0; answers < 20; answers += 1) limiter.slowDown();
    const after = await taking(100);
    expect(after).toBeGreaterThan(before * 1.8);
    expect(after).toBeLessThan(before * 2.2);
    clock.advance(MINUTE);
    expect(await taking(100)).toBeLessThanOrEqual(before * 1.1);
  });

  it('lets nothing through in a pause', async () => {
    const clock = slowClock(() => 0);
    const limiter = createLimiter(6000, clock);
    await limiter.take(signal);
    limiter.pause(20_000);
    await limiter.take(signal);
    expect(clock.now()).toBeGreaterThanOrEqual(20_000);
  });
});
