import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allowRemovals, forgetOldRemovals } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';

const HOUR = 3_600_000;
/** No sum of the hours that go by is as long. */
const WINDOW_HOURS = 24;
const USERS = 12;

type Step =
  | { readonly kind: 'disable' | 'enable' | 'delete'; readonly user: number }
  | { readonly kind: 'goBy'; readonly hours: number }
  | { readonly kind: 'allow'; readonly people: number | null; readonly hours: number }
  | { readonly kind: 'forget' };

const user = fc.nat(USERS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constantFrom('disable', 'enable', 'delete'), user }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('goBy' as const), hours: fc.constantFrom(5, 10, 35) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('allow' as const),
      people: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
      hours: fc.constantFrom(7, 33),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'forget' as const }) },
);

const limits = fc.record({
  removalLimitCount: fc.integer({ min: 0, max: 4 }),
  removalLimitPercent: fc.constantFrom(0, 10, 25, 50),
  removalMinimumBase: fc.constantFrom(0, 8, 11),
});
type Limits = typeof limits extends fc.Arbitrary<infer Value> ? Value : never;

/** The rules said plainly: every removal is remembered, and all of them are looked at each time. */
class NaiveLimit {
  readonly states = Array.from({ length: USERS }, () => 'active' as 'active' | 'disabled' | 'deleted');
  private now = 0;
  private removals: { at: number; user: number; people: number; allowed: boolean; deleted: boolean }[] = [];
  private allowance: { since: number; until: number; people: number } | undefined;

  constructor(private readonly limit: Limits) {}

  goBy(hours: number): void {
    this.now += hours;
  }

  allow(people: number | null, hours: number): void {
    this.allowance = { since: this.removals.length, until: this.now + hours, people: people ?? Infinity };
  }

  /** Whether the removal goes through. */
  remove(who: number, deleted: boolean): boolean {
    const inWindow = this.removals.filter(({ at }) => at > this.now - WINDOW_HOURS);
    const people = inWindow.some((one) => one.user === who) ? 0 : 1;
    const allowed = this.isAllowed(people);
    const used = sum(inWindow.filter((one) => !one.allowed));
    if (this.isLimited() && !allowed && used + people > this.most(inWindow.filter((one) => one.deleted).length)) {
      return false;
    }
    this.states[who] = deleted ? 'deleted' : 'disabled';
    this.removals.push({ at: this.now, user: who, people, allowed, deleted });
    return true;
  }

  private isLimited(): boolean {
    return this.limit.removalLimitCount + this.limit.removalLimitPercent > 0;
  }

  private isAllowed(people: number): boolean {
    if (this.allowance === undefined || this.allowance.until <= this.now) return false;
    const since = this.removals.slice(this.allowance.since).filter((one) => one.allowed);
    return sum(since) + people <= this.allowance.people;
  }

  private most(deleted: number): number {
    const base = this.states.filter((state) => state !== 'deleted').length + deleted;
    const { removalLimitCount: count, removalLimitPercent: percent, removalMinimumBase: least } = this.limit;
    const share = percent > 0 && base >= least ? Math.floor((base * percent) / 100) : Infinity;
    return Math.min(count > 0 ? count : Infinity, share);
  }
}

function sum(removals: readonly { readonly people: number }[]): number {
  return removals.reduce((total, { people }) => total + people, 0);
}

let access: AccessServer;
beforeAll(async () => {
  access = await startAccessServer();
});
afterAll(() => access.close());

let made = 0;

async function perform(step: Step, name: string, client: AccessClient, ids: readonly string[], model: NaiveLimit) {
  const { database, change, actor } = access.server;
  if (step.kind === 'forget') return forgetOldRemovals(database);
  if (step.kind === 'goBy') {
    model.goBy(step.hours);
    await database.write(sql`
      UPDATE connection_removals SET at = at - make_interval(hours => ${step.hours}::integer)
      WHERE connection_id = ${client.connectionId}`);
    await database.write(sql`
      UPDATE removal_allowances SET since = since - make_interval(hours => ${step.hours}::integer),
        until = until - make_interval(hours => ${step.hours}::integer)
      WHERE connection_id = ${client.connectionId}`);
    return;
  }
  if (step.kind === 'allow') {
    const by = actor();
    const wanted = { until: new Date(Date.now() + step.hours * HOUR), people: step.people };
    model.allow(step.people, step.hours);
    await change.run(by, { action: 'connection.allow-removals', objectType: 'Connection' }, () =>
      allowRemovals(by, name, wanted),
    );
    return;
  }
  const [id, state] = [ids[step.user] ?? '', model.states[step.user]];
  if (state === 'deleted') return;
  if (step.kind === 'enable') model.states[step.user] = 'active';
  const removes = step.kind === 'delete' || (step.kind === 'disable' && state === 'active');
  const passes = removes ? model.remove(step.user, step.kind === 'delete') : true;
  const { status } =
    step.kind === 'delete'
      ? await client.request('DELETE', `/Users/${id}`)
      : await client.patch(id, [{ op: 'replace', path: 'active', value: step.kind === 'enable' }]);
  expect([step, status < 300]).toEqual([step, passes]);
}

it('whatever is removed when, exactly that is held which is too much by the plain rules', async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(step, { minLength: 25, maxLength: 40 }), async (limit, steps) => {
      made += 1;
      const name = `idp ${made}`;
      const client = await access.client({ name, removalWindowHours: WINDOW_HOURS, ...limit });
      const ids = await Promise.all(Array.from({ length: USERS }, (_, n) => client.user(`user${made}-${n}`)));
      const model = new NaiveLimit(limit);
      for (const one of steps) await perform(one, name, client, ids, model);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
  );
}, 120_000);
