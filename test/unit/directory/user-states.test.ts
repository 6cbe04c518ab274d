import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  livingStatus,
  nextStatus,
  showsActive,
  statusAfterWord,
  statusColumns,
  type UserEvent,
  type UserState,
  type UserStatus,
} from '../../../src/directory/users/user-states.js';

/** The rules said as plain facts about a person, without a table. */
interface Facts {
  /** Never came. */
  readonly invited: boolean;
  /** Whoever manages the user says so. */
  readonly enabled: boolean;
  readonly suspended: boolean;
  readonly deletion: 'no' | 'scheduled' | 'done';
}

const INVITED: Facts = { invited: true, enabled: true, suspended: false, deletion: 'no' };

function stateOf({ invited, enabled, suspended, deletion }: Facts): UserState {
  if (deletion !== 'no') return deletion === 'done' ? 'deleted' : 'deletion-scheduled';
  if (suspended) return 'suspended';
  if (!enabled) return 'deactivated';
  return invited ? 'invited' : 'active';
}

/** Undefined where the event is not possible. */
function after(facts: Facts, event: UserEvent): Facts | undefined {
  const { invited, enabled, suspended, deletion } = facts;
  if (event === 'restore') return deletion === 'scheduled' ? { ...facts, deletion: 'no' } : undefined;
  if (event === 'erase') return deletion === 'scheduled' ? { ...facts, deletion: 'done' } : undefined;
  if (deletion !== 'no') return undefined;
  switch (event) {
    case 'delete':
      return { ...facts, deletion: 'scheduled' };
    case 'suspend':
      return { ...facts, suspended: true };
    case 'enable':
      return { ...facts, enabled: true };
    case 'disable':
      return { ...facts, enabled: false, invited: false };
    case 'invite':
      return enabled && !invited ? undefined : { ...facts, enabled: true, invited: true };
    case 'accept':
      return invited && enabled ? { ...facts, invited: false } : undefined;
    case 'deactivate':
      return suspended || enabled ? { ...facts, suspended: false, enabled: false, invited: false } : undefined;
    case 'reactivate':
      if (suspended) return { ...facts, suspended: false };
      return enabled ? undefined : { ...facts, enabled: true };
  }
}

const EVENTS: readonly UserEvent[] = [
  ...(['enable', 'disable', 'invite', 'accept', 'suspend', 'reactivate', 'deactivate'] as const),
  ...(['delete', 'restore', 'erase'] as const),
];

/** What has happened to a user who was invited, as far as it was possible. */
const histories = fc.array(fc.constantFrom(...EVENTS), { maxLength: 30 });

function live(events: readonly UserEvent[]): UserStatus {
  return events.reduce<UserStatus>((status, event) => nextStatus(status, event) ?? status, { state: 'invited' });
}

describe('the states of a user', () => {
  it('follow the plain rules, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(histories, (events) => {
        let facts = INVITED;
        let status: UserStatus = { state: 'invited' };
        for (const event of events) {
          const expected = after(facts, event);
          const next: UserStatus | undefined = nextStatus(status, event);
          expect([event, next?.state]).toEqual([event, expected && stateOf(expected)]);
          facts = expected ?? facts;
          status = next ?? status;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a deletion and its restore leave everything as it was', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const status = live(events);
        const deleted = nextStatus(status, 'delete');
        fc.pre(deleted !== undefined);
        expect(nextStatus(deleted, 'restore')).toEqual(status);
      }),
    );
  });

  it('whoever is suspended is not active, whatever their connection says; afterwards its last word holds', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.boolean(), { minLength: 1 }), (events, words) => {
        const suspended = nextStatus(live(events), 'suspend');
        fc.pre(suspended !== undefined);
        const told = words.reduce<UserStatus>((status, word) => statusAfterWord(status, word), suspended);
        expect(told.state).toBe('suspended');
        expect(showsActive(told)).toBe(false);
        const ended = nextStatus(told, 'reactivate');
        expect(ended && showsActive(ended)).toBe(words.at(-1));
      }),
    );
  });

  it('a writer who says nothing changes nothing', () => {
    fc.assert(
      fc.property(histories, (events) => expect(statusAfterWord(live(events), undefined)).toEqual(live(events))),
    );
  });

  it('come back from their columns as they went in', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const status = live(events.filter((event) => event !== 'delete'));
        expect(livingStatus(statusColumns(status))).toEqual(status);
      }),
    );
  });
});
