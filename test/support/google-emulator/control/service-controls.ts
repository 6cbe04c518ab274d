import type { AccountChange, AccountOptions } from '../auth/service-accounts.ts';
import { type FaultName, faultCatalogue } from '../faults/create-faults.ts';
import type { FaultOptions } from '../faults/fault.ts';
import type { SeedOptions } from '../seed/seed-options.ts';
import type { Settings } from '../settings.ts';
import { isObject } from '../state/json.ts';
import { type Control, options, text } from './control.ts';

/** The service around the directory: keys, faults, settings, clock and the log of requests. */
export const serviceControls: readonly Control[] = [
  {
    method: 'POST',
    path: '/keys',
    does: 'Makes a service account and its key: `delegation` (scopes), `adminRole` (true or privileges), `name`.',
    run: ({ keyFor }, { body }) => keyFor(options<AccountOptions>(body, 'delegation', 'adminRole', 'name')),
  },
  {
    method: 'POST',
    path: '/keyless',
    does: 'Makes a service account and a workload that signs for it without a key; takes what /keys takes.',
    run: ({ keylessFor }, { body }) => keylessFor(options<AccountOptions>(body, 'delegation', 'adminRole', 'name')),
  },
  {
    method: 'PATCH',
    path: '/accounts/{email}',
    does: 'Changes `delegation`, `adminRole`, `signers` or `deleted` of a service account.',
    run({ accounts }, { params: { email = '' }, body }) {
      accounts.change(email, options<AccountChange>(body, 'delegation', 'adminRole', 'signers', 'deleted'));
      return {};
    },
  },
  {
    method: 'POST',
    path: '/tokens/revoke',
    does: 'Takes back every access token.',
    run(emulator) {
      emulator.revokeTokens();
      return {};
    },
  },
  {
    method: 'POST',
    path: '/seed',
    does: 'Puts another made-up directory in place of this one.',
    run(emulator, { body }) {
      const names = 'users groups memberships orgUnits domains seed suspended archived'.split(' ');
      emulator.seed(options<SeedOptions>(body, ...(names as (keyof SeedOptions)[])));
      return { adminEmail: emulator.adminEmail };
    },
  },
  {
    method: 'GET',
    path: '/faults',
    does: 'Faults that are set, and all that there are.',
    run: ({ activeFaults }) => ({ active: activeFaults, catalogue: faultCatalogue }),
  },
  {
    method: 'POST',
    path: '/faults',
    does: 'Sets the fault `name` with `options`.',
    run(emulator, { body }) {
      const given = isObject(body.options) ? body.options : {};
      const { name, touched } = emulator.fault(text(body, 'name') as FaultName, given as FaultOptions);
      return { name, touched };
    },
  },
  {
    method: 'DELETE',
    path: '/faults',
    does: 'Ends all faults; what they changed in the directory stays.',
    run(emulator) {
      emulator.clearFaults();
      return {};
    },
  },
  { method: 'GET', path: '/settings', does: 'How the service behaves.', run: ({ settings }) => settings },
  {
    method: 'PATCH',
    path: '/settings',
    does: 'Changes how it behaves; null switches a limit off.',
    run({ settings }, { body }) {
      const changes = options<Partial<Settings>>(body, ...(Object.keys(settings) as (keyof Settings)[]));
      for (const [name, value] of Object.entries(changes)) Object.assign(settings, { [name]: value ?? undefined });
      return settings;
    },
  },
  {
    method: 'GET',
    path: '/clock',
    does: 'The time.',
    run: ({ clock }) => ({ now: new Date(clock.now()).toISOString() }),
  },
  {
    method: 'PUT',
    path: '/clock',
    does: 'Sets the time to `now` (RFC 3339), or moves it by `advance` milliseconds.',
    run({ clock }, { body }) {
      if (typeof body.advance === 'number') clock.advance(body.advance);
      else clock.set(text(body, 'now'));
      return { now: new Date(clock.now()).toISOString() };
    },
  },
  {
    method: 'GET',
    path: '/requests',
    does: 'The newest requests, ?limit of them (100), newest last.',
    run: ({ requests }, { query }) => ({ requests: requests.slice(-Number(query.get('limit') ?? 100)) }),
  },
  {
    method: 'DELETE',
    path: '/requests',
    does: 'Forgets the requests and their rate.',
    run(emulator) {
      emulator.clearRequests();
      return {};
    },
  },
  {
    method: 'GET',
    path: '/activities',
    does: 'The newest changes as the Reports API will show them, ?limit of them (100), newest last.',
    run: ({ activities }, { query }) => ({ activities: activities.slice(-Number(query.get('limit') ?? 100)) }),
  },
  {
    method: 'GET',
    path: '/channels',
    does: 'Channels of watchers, and the messages that were sent.',
    run: ({ channels, pushes }) => ({ channels, pushes }),
  },
  {
    method: 'GET',
    path: '/rate',
    does: 'The most API requests in any ?milliseconds (60,000).',
    run: (emulator, { query }) => ({ peak: emulator.peakRate(Number(query.get('milliseconds') ?? 60_000)) }),
  },
];
