import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type WatchedPool, warnedNow, warningsOf } from '../../../src/licensing/settlement/warnings.js';

const pool: WatchedPool = {
  licenceId: 'wiki',
  name: 'Wiki',
  seats: 100,
  limit: 100,
  used: 0,
  policy: 'allow',
  warnAt: [80, 100],
  warnedAt: null,
};

/** What is warned of as a licence is used so much, one time after the other. */
function course(uses: readonly number[], different: Partial<WatchedPool> = {}): (number | undefined)[] {
  let warnedAt: number | null = null;
  return uses.map((used) => {
    const now = { ...pool, ...different, warnedAt };
    const [warning] = warningsOf([now], new Map([[now.licenceId, used]]));
    warnedAt = warnedNow(now, used);
    return warning?.percent;
  });
}

const no = undefined;

describe('a licence warns', () => {
  it('once each time that a percentage is passed, the highest where several are', () => {
    expect(course([79, 80, 81, 99, 100, 101])).toEqual([no, 80, no, no, 100, no]);
    expect(course([100, 100])).toEqual([100, no]);
  });

  it('again only after use has fallen well below', () => {
    expect(course([80, 79, 80, 75, 80, 74, 79, 80])).toEqual([80, no, no, no, no, no, no, 80]);
    expect(course([100, 96, 100, 94, 99, 100])).toEqual([100, no, no, no, no, 100]);
  });

  it('at the percentages that are its own, beyond the whole as well, or never', () => {
    expect(course([50, 120], { warnAt: [50, 120] })).toEqual([50, 120]);
    expect(course([100, 200], { warnAt: [] })).toEqual([no, no]);
  });

  it('not where it has no limit, has ended, or nobody uses it', () => {
    expect(course([1000], { limit: null })).toEqual([no]);
    expect(course([100], { ended: true })).toEqual([no]);
    expect(course([0, 1], { limit: 0, seats: 0 })).toEqual([no, 100]);
  });

  it('never twice of the same without a fall between, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 150 }), { maxLength: 50 }), (uses) => {
        const warned = course(uses);
        let last: { percent: number; lowest: number } | undefined;
        for (const [index, percent] of warned.entries()) {
          const used = uses[index] ?? 0;
          if (last !== undefined) last.lowest = Math.min(last.lowest, used);
          if (percent === undefined) continue;
          expect(used).toBeGreaterThanOrEqual(percent);
          if (last !== undefined && percent <= last.percent) expect(last.lowest).toBeLessThan(last.percent - 5);
          last = { percent, lowest: used };
        }
      }),
    );
  });
});
