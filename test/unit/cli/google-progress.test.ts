import { describe, expect, it } from '@jest/globals';
import { createProgress, durationText, progressLine } from '../../../src/cli/google-progress.js';
import type { Run } from '../../../src/google/index.js';

const started = new Date('2027-01-31T10:00:00Z');
const secondsIn = (seconds: number) => new Date(started.getTime() + seconds * 1000);

/** A run that began a while ago. */
function run(of: Partial<Run>): Run {
  return {
    ...{ siteId: 1, connectionId: 'c', id: 'r', kind: 'sync', startedBy: 'operator', state: 'walking' },
    ...{ requestedAt: started, startedAt: started, walkStartedAt: started, walkFinishedAt: null, finishedAt: null },
    ...{ progress: {}, summary: {}, warnings: 0, planHash: null, approvalExpiresAt: null },
    ...{ decidedAt: null, decidedBy: null, error: null },
    ...of,
  };
}

describe('how far a run is', () => {
  it('is told by what the last complete run needed, with the time that is left', () => {
    const progress = {
      ...{ users: 1200, groups: 200, groupsRead: 1, members: 900, requests: 25, waitedMilliseconds: 61_000 },
      expected: { users: 2000, groups: 200, members: 1000, requests: 100 },
    };
    expect(progressLine(run({ progress }), secondsIn(30))).toBe(
      '[######------------------] reading: 1200 users, 200 groups, 1 list with 900 members; ' +
        '25 requests, 1 min 1 s waited; about 1 min 30 s left',
    );
  });

  it('is not told where there is nothing to compare with, or too little is done', () => {
    expect(progressLine(run({ progress: { users: 1, requests: 1 } }), secondsIn(3))).toBe('reading: 1 user; 1 request');
    const expected = { users: 0, groups: 0, members: 0, requests: 1000 };
    expect(progressLine(run({ progress: { requests: 1, expected } }), secondsIn(3))).not.toContain('left');
    const more = { requests: 5000, expected };
    expect(progressLine(run({ progress: more }), secondsIn(3))).toContain('about 0 s left');
  });

  it('is told by the changes while they are applied', () => {
    const progress = { applied: 50, planned: 100 };
    const applying = run({ state: 'applying', walkFinishedAt: started, progress });
    expect(progressLine(applying, secondsIn(20))).toBe(
      '[############------------] applying: 50 of 100 changes; about 20 s left',
    );
  });

  it('is one line written anew in a terminal, and elsewhere a line for each phase and now and then', () => {
    const written = (redraws: boolean) => {
      let text = '';
      const progress = createProgress({
        out: () => undefined,
        error: (more) => {
          text += more;
        },
        redraws,
      });
      progress.show(run({ state: 'queued' }), secondsIn(0));
      progress.show(run({ progress: { users: 1 } }), secondsIn(1));
      progress.show(run({ progress: { users: 2 } }), secondsIn(2));
      progress.show(run({ progress: { users: 3 } }), secondsIn(20));
      progress.show(run({ state: 'completed' }), secondsIn(21));
      progress.end();
      return text;
    };
    expect(written(false)).toBe('waiting for its turn\nreading: 1 user\nreading: 3 users\n');
    expect(written(true).split('\r\x1b[K')).toEqual([
      ...['', 'waiting for its turn', 'reading: 1 user', 'reading: 2 users', 'reading: 3 users', ''],
    ]);
  });

  it('durations read well', () => {
    expect([0, 59, 60, 61, 3600, 3660].map(durationText)).toEqual([
      ...['0 s', '59 s', '1 min', '1 min 1 s', '1 h', '1 h 1 min'],
    ]);
  });
});
