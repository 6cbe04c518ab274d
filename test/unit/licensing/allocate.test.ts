import { describe, expect, it } from '@jest/globals';
import { allocate } from '../../../src/licensing/settlement/allocate.js';
import type { Candidate, Person, Place, Pool } from '../../../src/licensing/settlement/person.js';

const ADMIN: Candidate = { roleId: 'admin', rank: 1, licenceId: 'pro' };
const USER: Candidate = { roleId: 'user', rank: 2, licenceId: 'basic' };
const GUEST: Candidate = { roleId: 'guest', rank: 3, licenceId: undefined };

describe('one seat a person and application', () => {
  it('takes the seat of the highest role', () => {
    const result = outcome([person('ann', [ADMIN, USER])], [], [pool('pro', 1), pool('basic', 1)]);
    expect(result).toEqual({ held: { ann: 'admin/pro' }, waits: {}, used: { pro: 1, basic: 0 } });
  });

  it('gives the lower seat back when a higher role comes', () => {
    const ann = holding(person('ann', [ADMIN, USER]), USER);
    const result = outcome([ann], [], [pool('pro', 1), pool('basic', 1, 1)]);
    expect(result).toEqual({ held: { ann: 'admin/pro' }, waits: {}, used: { pro: 1, basic: 0 } });
  });

  it('takes none for a role without a seat', () => {
    expect(outcome([person('ann', [GUEST])], [], [pool('pro', 0)]).held).toEqual({ ann: 'guest' });
  });

  it('moves up within a full pool: the seat is already theirs', () => {
    const [high, low] = [ADMIN, { ...USER, licenceId: 'pro' }];
    const result = outcome([holding(person('ann', [high, low]), low)], [], [pool('pro', 1, 1)]);
    expect(result).toEqual({ held: { ann: 'admin/pro' }, waits: {}, used: { pro: 1 } });
  });
});

describe('a full pool that lets people wait', () => {
  it('gives the highest role with room and a place for the higher one', () => {
    const result = outcome([person('ann', [ADMIN, USER])], [], [pool('pro', 1, 1), pool('basic', 1)]);
    expect(result).toEqual({ held: { ann: 'user/basic' }, waits: { ann: ['admin'] }, used: { pro: 1, basic: 1 } });
  });

  it('falls through to a role without a seat', () => {
    const result = outcome([person('ann', [ADMIN, USER, GUEST])], [], [pool('pro', 0), pool('basic', 0)]);
    expect(result).toEqual({ held: { ann: 'guest' }, waits: { ann: ['admin', 'user'] }, used: { pro: 0, basic: 0 } });
  });

  it('serves the queue before newcomers, the longest waiting first', () => {
    const queue = [waiting(person('late', [USER]), USER, 20), waiting(person('early', [USER]), USER, 10)];
    const result = outcome([person('ann', [USER])], queue, [pool('basic', 1)]);
    expect(result).toEqual({
      held: { early: 'user/basic' },
      waits: { ann: ['user'], late: ['user'] },
      used: { basic: 1 },
    });
  });

  it('breaks a tie of time by the sequence', () => {
    const queue = [waiting(person('ann', [USER]), USER, 10, 2), waiting(person('bob', [USER]), USER, 10, 1)];
    expect(outcome([], queue, [pool('basic', 1)]).held).toEqual({ bob: 'user/basic' });
  });

  it('moves the queue on in the change that frees a seat', () => {
    const leaver = holding(person('ann', []), USER);
    const result = outcome([leaver], [waiting(person('bob', [USER]), USER)], [pool('basic', 1, 1)]);
    expect(result).toEqual({ held: { bob: 'user/basic' }, waits: {}, used: { basic: 1 } });
  });

  it('cascades: who moves up frees a seat below for the next', () => {
    const leaver = holding(person('ann', []), ADMIN);
    const climber = waiting(holding(person('bob', [ADMIN, USER]), USER), ADMIN);
    const next = waiting(person('cid', [USER]), USER);
    const result = outcome([leaver], [climber, next], [pool('pro', 1, 1), pool('basic', 1, 1)]);
    expect(result).toEqual({ held: { bob: 'admin/pro', cid: 'user/basic' }, waits: {}, used: { pro: 1, basic: 1 } });
  });

  it('gives who comes up for a lower role of a pool the highest of that pool: it is the same seat', () => {
    const low = { ...USER, licenceId: 'pro' };
    const both = waiting(waiting(person('ann', [ADMIN, low]), low, 10), ADMIN, 20);
    expect(outcome([], [both], [pool('pro', 1)])).toEqual({ held: { ann: 'admin/pro' }, waits: {}, used: { pro: 1 } });
  });

  it('lets a newcomer have what another newcomer of the same change gives back', () => {
    const first = person('ann', [USER]);
    const climber = holding(person('bob', [ADMIN, USER]), USER);
    const result = outcome([first, climber], [], [pool('pro', 1), pool('basic', 1, 1)]);
    expect(result).toEqual({ held: { ann: 'user/basic', bob: 'admin/pro' }, waits: {}, used: { pro: 1, basic: 1 } });
  });
});

describe('people who are not active', () => {
  it('give their seat back', () => {
    const ann = { ...holding(person('ann', [USER]), USER), eligible: false };
    expect(outcome([ann], [], [pool('basic', 1, 1)])).toEqual({ held: {}, waits: {}, used: { basic: 0 } });
  });

  it('keep their place in the queue and are passed over', () => {
    const ann = { ...waiting(person('ann', [USER]), USER, 10), eligible: false };
    const result = outcome([ann], [waiting(person('bob', [USER]), USER, 20)], [pool('basic', 1)]);
    expect(result).toEqual({ held: { bob: 'user/basic' }, waits: { ann: ['user'] }, used: { basic: 1 } });
  });

  it('come back before those who came later', () => {
    const ann = waiting(person('ann', [USER]), USER, 10);
    const result = outcome([ann], [waiting(person('bob', [USER]), USER, 20)], [pool('basic', 1)]);
    expect(result.held).toEqual({ ann: 'user/basic' });
  });

  it('lose the place for a role that they no longer deserve, or that no pool counts any more', () => {
    const uncounted = { ...USER, licenceId: undefined };
    const people = [waiting(person('ann', []), USER), waiting(person('bob', [uncounted]), USER)];
    const result = outcome(
      people.map((one) => ({ ...one, eligible: false })),
      [],
      [pool('basic', 0)],
    );
    expect(result.waits).toEqual({});
  });
});

describe('limits and policies', () => {
  it('evict nobody when the limit shrinks', () => {
    const people = ['ann', 'bob'].map((name) => holding(person(name, [USER]), USER));
    const result = outcome(people, [waiting(person('cid', [USER]), USER)], [pool('basic', 1, 2)]);
    expect(result).toEqual({
      held: { ann: 'user/basic', bob: 'user/basic' },
      waits: { cid: ['user'] },
      used: { basic: 2 },
    });
  });

  it('refuse: throws', () => {
    const full = { ...pool('basic', 1, 1), policy: 'refuse' as const };
    expect(() => outcome([person('ann', [USER])], [], [full])).toThrow(
      expect.objectContaining({
        kind: 'out-of-seats',
        code: 'licence.out-of-seats',
        details: { licence: 'basic', seats: 1 },
      }),
    );
  });

  it('refuse: says how many are in use, also where the limit is below them', () => {
    const full = { ...pool('basic', 1, 3), policy: 'refuse' as const };
    expect(() => outcome([person('ann', [USER])], [], [full])).toThrow('(3 of 1)');
  });

  it('refuse: who loses a role waits for the lower one, since taking away must not fail', () => {
    const ann = holding(person('ann', [USER]), ADMIN);
    const pools = [pool('pro', 1, 1), { ...pool('basic', 1, 1), policy: 'refuse' as const }];
    expect(outcome([ann], [], pools)).toEqual({ held: {}, waits: { ann: ['user'] }, used: { pro: 0, basic: 1 } });
  });

  it('allow: counts the over-use', () => {
    const open = { ...pool('basic', 1, 1), policy: 'allow' as const };
    expect(outcome([person('ann', [USER])], [], [open])).toEqual({
      held: { ann: 'user/basic' },
      waits: {},
      used: { basic: 2 },
    });
  });

  it('moves the seat when its role moves to another pool', () => {
    const ann = holding(person('ann', [{ ...USER, licenceId: 'pro' }]), USER);
    const result = outcome([ann], [], [pool('pro', 1, 1), pool('basic', 1, 1)]);
    expect(result).toEqual({ held: { ann: 'user/pro' }, waits: {}, used: { pro: 2, basic: 0 } });
  });
});

describe('a queue that was read only in part', () => {
  const first = waiting(person('ann', [USER]), USER, 10);
  const readUntil = { since: 10, sequence: 10 };

  it('is enough while its last seat goes to somebody who was read', () => {
    expect(allocate([], [first], [{ ...pool('basic', 1), readUntil }]).tooShort).toBe(false);
  });

  it('is too short when a seat is left, or would go to somebody behind those who were read', () => {
    expect(allocate([], [first], [{ ...pool('basic', 2), readUntil }]).tooShort).toBe(true);
    const straggler = waiting(person('bob', [USER]), USER, 30);
    expect(allocate([], [first, straggler], [{ ...pool('basic', 2), readUntil }]).tooShort).toBe(true);
  });
});

function person(userId: string, candidates: readonly Candidate[]): Person {
  return { userId, applicationId: 'wiki', eligible: true, candidates, held: undefined, places: [] };
}

function holding(one: Person, { roleId, licenceId }: Candidate): Person {
  return { ...one, held: { roleId, licenceId } };
}

function waiting(one: Person, { roleId, licenceId = '' }: Candidate, since = 0, sequence = since): Person {
  const place: Place = { roleId, licenceId, since, sequence };
  return { ...one, places: [...one.places, place] };
}

function pool(licenceId: string, seats: number, used = 0): Pool {
  return { licenceId, name: licenceId, seats, used, policy: 'wait' };
}

function outcome(touched: readonly Person[], queue: readonly Person[], pools: readonly Pool[]) {
  const { outcomes, used } = allocate(touched, queue, pools);
  const held: Record<string, string> = {};
  const waits: Record<string, string[]> = {};
  for (const { person: one, holding: has, waitsFor } of outcomes) {
    if (has !== undefined) held[one.userId] = [has.roleId, has.licenceId].filter(Boolean).join('/');
    if (waitsFor.length > 0) waits[one.userId] = waitsFor.map((candidate) => candidate.roleId);
  }
  return { held, waits, used: Object.fromEntries(used) };
}
