import { turns } from './counting.ts';
import type { FaultDefinition } from './fault.ts';

/** Faults in what Google tells by itself: reports of changes and messages to watchers. */
export const eventFaults = {
  'report-late-event': {
    does: 'The next `times` (1) changes show in the Reports API `seconds` (3,600) late, under the time at which they happened.',
    options: ['times', 'after', 'seconds'],
    start(options) {
      const turn = turns(options, 1);
      return { eventDelay: () => (turn() ? (options.seconds ?? 3_600) * 1_000 : 0) };
    },
  },
  'push-lost': {
    does: 'Messages to watchers never leave, `times` (always).',
    options: ['times', 'after'],
    start(options) {
      const turn = turns(options, 'always');
      return { push: (draft) => (turn() ? [] : [draft]) };
    },
  },
  'push-forged-token': {
    does: 'Before each message to a watcher comes one of somebody else, who does not know the channel token, `times` (always).',
    options: ['times', 'after'],
    start(options) {
      const turn = turns(options, 'always');
      return {
        push(draft) {
          if (!turn()) return [draft];
          return [{ ...draft, headers: { ...draft.headers, 'x-goog-channel-token': 'forged' } }, draft];
        },
      };
    },
  },
} satisfies Record<string, FaultDefinition>;
