import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allocate, type Outcome } from '../../../src/licensing/settlement/allocate.js';
import type { Candidate, Person, Pool } from '../../../src/licensing/settlement/person.js';

const ROLES = ['lead', 'admin', 'user', 'guest'];
const POOLS = ['A', 'B'];

interface Draft {
  readonly touched: boolean;
  readonly active: boolean;
  readonly deserves: readonly string[];
  /** What they hold and wait for, where that is possible. */
  readonly holds: string | undefined;
  readonly since: number;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  touched: fc.boolean(),
  active: fc.boolean(),
  deserves: fc.subarray(ROLES),
  holds: fc.option(fc.constantFrom(...ROLES), { nil: undefined }),
  since: fc.nat(5),
});

/** A world as earlier allocations may have left it: nobody who was not touched deserves what has room. */
const world = fc
  .record({
    poolOf: fc.tuple(...ROLES.slice(0, 3).map(() => fc.constantFrom(...POOLS, undefined))),
    pools: fc.tuple(
      ...POOLS.map(() => fc.record({ seats: fc.nat(4), policy: fc.constantFrom('wait', 'refuse', 'allow') })),
    ),
    drafts: fc.array(draft, { minLength: 1, maxLength: 8 }),
  })
  .map(({ poolOf, pools, drafts }) => {
    const candidates = ROLES.map((roleId, n): Candidate => ({ roleId, rank: n + 1, licenceId: poolOf[n] }));
    const people = drafts.map((one, n) => personOf(one, n, candidates));
    const counted = POOLS.map((licenceId, n): Pool => {
      const used = people.filter((person) => person.held?.licenceId === licenceId).length;
      return { licenceId, name: licenceId, used, ...(pools[n] as Pick<Pool, 'seats' | 'policy'>) };
    });
    const isTouched = (_: unknown, n: number) => drafts[n]?.touched === true;
    return {
      touched: people.filter(isTouched),
      waiting: people.filter((person, n) => !isTouched(person, n) && person.eligible && person.places.length > 0),
      pools: counted,
    };
  });

describe('whatever the people, pools and policies', () => {
  it('no limit is passed that was not passed before, but by policy', () => {
    always(({ pools }, { used }) => {
      for (const pool of pools) {
        if (pool.policy !== 'allow')
          expect(used.get(pool.licenceId)).toBeLessThanOrEqual(Math.max(pool.seats, pool.used));
      }
    });
  });

  it('the count of used seats changes by exactly those who come and go', () => {
    always(({ pools }, { used, outcomes }) => {
      for (const { licenceId, used: before } of pools) {
        const came = outcomes.filter((one) => one.holding?.licenceId === licenceId).length;
        const went = outcomes.filter((one) => one.person.held?.licenceId === licenceId).length;
        expect(used.get(licenceId)).toBe(before + came - went);
      }
    });
  });

  it('nobody active waits for a role that has room, or that lies in the pool of their seat', () => {
    always(({ pools }, { used, outcomes }) => {
      for (const { person, holding, waitsFor } of outcomes.filter((one) => one.person.eligible)) {
        for (const { licenceId } of waitsFor) {
          const pool = pools.find((one) => one.licenceId === licenceId);
          expect(pool === undefined || (used.get(pool.licenceId) ?? 0) < pool.seats).toBe(false);
          expect(licenceId === holding?.licenceId && person.touched).toBe(false);
        }
      }
    });
  });

  it('everybody touched and active has their highest role or waits for each that is higher', () => {
    always((_, { outcomes }) => {
      for (const { person, holding, waitsFor } of outcomes.filter((one) => one.person.eligible && one.person.touched)) {
        const has = person.candidates.findIndex((candidate) => candidate.roleId === holding?.roleId);
        const higher = has < 0 ? person.candidates : person.candidates.slice(0, has);
        expect(waitsFor).toEqual(higher);
      }
    });
  });

  it('nobody holds what they do not deserve, and nobody loses what they do', () => {
    always((_, { outcomes }) => {
      for (const { person, holding } of outcomes) {
        const rank = (roleId: string | undefined) => person.candidates.find((one) => one.roleId === roleId)?.rank;
        if (holding !== undefined) expect([person.eligible, rank(holding.roleId)]).toEqual([true, expect.any(Number)]);
        const before = person.eligible ? rank(person.held?.roleId) : undefined;
        if (before !== undefined) expect(rank(holding?.roleId)).toBeLessThanOrEqual(before);
      }
    });
  });

  it('nobody overtakes in a queue', () => {
    always((_, { outcomes }) => {
      const active = outcomes.filter((one) => one.person.eligible);
      for (const left of active) {
        for (const stays of left.waitsFor) {
          const place = left.person.places.find((one) => one.roleId === stays.roleId);
          if (place === undefined) continue;
          const later = active.filter((one) => {
            const gained =
              one.holding?.roleId !== one.person.held?.roleId && one.holding?.licenceId === stays.licenceId;
            const moved = one.person.held?.licenceId !== one.holding?.licenceId;
            const behind = one.person.places.every(
              (other) => other.licenceId !== stays.licenceId || other.sequence > place.sequence,
            );
            return gained && moved && behind && stays.licenceId !== undefined;
          });
          expect(later.map((one) => one.person.userId)).toEqual([]);
        }
      }
    });
  });
});

interface Marked extends Outcome {
  readonly person: Person & { readonly touched: boolean };
}

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Checks what comes of each world; where a policy refuses, there is nothing to check. */
function always(
  check: (before: World, after: { used: ReadonlyMap<string, number>; outcomes: readonly Marked[] }) => void,
) {
  fc.assert(
    fc.property(world, (before) => {
      const refuses = before.pools.some((pool) => pool.policy === 'refuse');
      let after: ReturnType<typeof allocate>;
      try {
        after = allocate(before.touched, before.waiting, before.pools);
      } catch (error) {
        if (!refuses) throw error;
        return;
      }
      const touched = new Set(before.touched);
      const outcomes = after.outcomes.map((one) => ({
        ...one,
        person: { ...one.person, touched: touched.has(one.person) },
      }));
      check(before, { used: after.used, outcomes });
    }),
    { numRuns: 2_000 },
  );
}

function personOf(one: Draft, n: number, all: readonly Candidate[]): Person {
  const candidates = all.filter((candidate) => one.deserves.includes(candidate.roleId));
  // Who was not touched holds nothing that they do not deserve.
  const held = all.find(
    (role) => role.roleId === one.holds && (one.touched || (one.active && candidates.includes(role))),
  );
  const rank = held?.rank ?? Number.POSITIVE_INFINITY;
  const wanted = candidates.filter(
    (role) => role.licenceId !== undefined && role.rank < rank && role.licenceId !== held?.licenceId,
  );
  const places = wanted.map(({ roleId, licenceId = '', rank: order }) => ({
    roleId,
    licenceId,
    since: one.since,
    sequence: one.since * 1_000 + n * 10 + order,
  }));
  return {
    userId: `user${n}`,
    applicationId: 'wiki',
    eligible: one.active,
    candidates,
    held: held === undefined ? undefined : { roleId: held.roleId, licenceId: held.licenceId },
    places: one.touched && n % 2 === 0 ? [] : places,
  };
}
