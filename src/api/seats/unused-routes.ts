import { z } from 'zod';
import type { Config } from '../../config/index.js';
import {
  applyReclaim,
  createReclaim,
  discardReclaim,
  findApplication,
  listReclaims,
  listUnusedSeats,
  readReclaim,
  seatPosition,
} from '../../licensing/index.js';
import { type PageLimits, pageOf, pageOfAll, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { applicationParameter, moment, NO_APPLICATION, nothing, problem } from '../shared/schemas.js';
import { batch, summary } from './reclaim-schemas.js';

export interface UnusedRouteDependencies {
  readonly limits: PageLimits;
  readonly reclaim: Config['reclaim'];
}

const TAG = 'Seats';
const DAY = 86_400_000;
const params = z.strictObject({ key: applicationParameter });
const inBatch = z.strictObject({ reclaim: z.string().describe('The id of a batch.') });
const NO_BATCH = problem(404, 'reclaim.not-found', 'There is no such batch.');
const DECIDED = problem(409, 'reclaim.decided', 'It was applied or discarded already.');
const days = z.int().min(1).max(3650).describe('Neither used nor given for as many days.');

/** Seats that nobody uses, and taking them back. */
export function unusedRoutes({ limits, reclaim }: UnusedRouteDependencies): Route[] {
  return [
    route({
      method: 'GET',
      path: '/applications/{key}/unused-seats',
      id: 'listUnusedSeats',
      tag: TAG,
      summary: 'Seats that nobody used, by what the application reports',
      description: 'Those unused longest first.',
      permission: 'licensing:read',
      log: null,
      params,
      query: z.strictObject({
        days: z.coerce.number<string>().pipe(days),
        ...pageQuery(limits),
      }),
      body: null,
      output: pageSchema(
        z.strictObject({
          userId: z.uuid(),
          userName: z.string(),
          role: z.string(),
          licence: z.string(),
          since: moment.describe('Since when the person has the seat, in this role.'),
          lastActiveAt: moment.nullable().describe('Null: the application never reported anything of this person.'),
        }),
      ),
      status: 200,
      problems: [NO_APPLICATION],
      async run({ params: { key }, query }, { administration }) {
        const { database, site } = administration;
        const { id } = await findApplication(database, site.id, key);
        return pageOf(
          administration,
          {
            list: ['unused-seats', id],
            query,
            position: z.strictObject({ lastUse: z.coerce.date(), userId: z.uuid() }),
          },
          (after, limit) => listUnusedSeats(database, site.id, id, query.days, { after, limit }),
          seatPosition,
        );
      },
    }),

    route({
      method: 'GET',
      path: '/applications/{key}/reclaims',
      id: 'listReclaims',
      tag: TAG,
      summary: 'The batches of unused seats of an application',
      description: 'The oldest first.',
      permission: 'licensing:read',
      log: null,
      params,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(summary),
      status: 200,
      problems: [NO_APPLICATION],
      async run({ params: { key }, query }, { administration }) {
        const { database, site } = administration;
        const { id: applicationId } = await findApplication(database, site.id, key);
        const all = await listReclaims(database, site.id, applicationId);
        return pageOfAll(administration, { list: ['reclaims', applicationId], query }, all, ({ id }) => id);
      },
    }),

    route({
      method: 'POST',
      path: '/applications/{key}/reclaims',
      id: 'createReclaim',
      tag: TAG,
      summary: 'Make a batch of unused seats, to be looked through',
      description: 'Takes nothing from anybody. It holds RECLAIM_BATCH_PEOPLE people at most.',
      permission: 'licensing:write',
      log: 'reclaim.create',
      params,
      query: nothing,
      body: z.strictObject({ days, name: z.string().min(1).max(200).optional() }),
      output: batch.extend({ left: z.int().describe('How many unused seats did not go into it.') }),
      status: 201,
      problems: [NO_APPLICATION, problem(404, 'reclaim.nothing-unused', 'No seat is unused for so long.')],
      async run({ params: { key }, body: { days: unused, name } }, { administration }) {
        const { database, change, actor, site } = administration;
        const { id: applicationId } = await findApplication(database, site.id, key);
        const expiresAt = new Date(Date.now() + reclaim.batchDays * DAY);
        const wanted = { applicationId, days: unused, name, mostPeople: reclaim.batchPeople, expiresAt };
        const request = { action: 'reclaim.create', objectType: 'Application', objectId: applicationId } as const;
        const { id, left } = await change.run(actor, request, () => createReclaim(actor, wanted));
        return { ...(await readReclaim(database, site.id, id)), left };
      },
    }),

    route({
      method: 'GET',
      path: '/reclaims/{reclaim}',
      id: 'getReclaim',
      tag: TAG,
      summary: 'A batch, what became of it, and its hash',
      description: 'With the reason where a seat cannot be taken back.',
      permission: 'licensing:read',
      log: null,
      params: inBatch,
      query: nothing,
      body: null,
      output: batch,
      status: 200,
      problems: [NO_BATCH],
      run: ({ params: { reclaim: id } }, { administration: { database, site } }) => readReclaim(database, site.id, id),
    }),

    route({
      method: 'POST',
      path: '/reclaims/{reclaim}/apply',
      id: 'applyReclaim',
      tag: TAG,
      summary: 'Take back the seats of a batch, exactly as it was shown',
      description: 'Whoever became active since, or whose seat or way to it is not what it was, is left out.',
      permission: 'licensing:write',
      log: 'reclaim.apply',
      params: inBatch,
      query: nothing,
      body: z.strictObject({ hash: z.string().describe('The hash that was shown.') }),
      output: batch,
      status: 200,
      problems: [
        NO_BATCH,
        DECIDED,
        problem(409, 'reclaim.expired', 'It is older than RECLAIM_BATCH_DAYS.'),
        problem(412, 'reclaim.hash', 'The hash is not the one of the batch.'),
      ],
      async run({ params: { reclaim: id }, body: { hash } }, { administration }) {
        const { database, change, actor, site } = administration;
        const request = { action: 'reclaim.apply', objectType: 'Application' } as const;
        await change.run(actor, request, () => applyReclaim(database, actor, id, hash));
        return readReclaim(database, site.id, id);
      },
    }),

    route({
      method: 'POST',
      path: '/reclaims/{reclaim}/discard',
      id: 'discardReclaim',
      tag: TAG,
      summary: 'Put a batch away; everybody keeps their seat',
      description: 'It stays to be looked at.',
      permission: 'licensing:write',
      log: 'reclaim.discard',
      params: inBatch,
      query: nothing,
      body: nothing,
      output: batch,
      status: 200,
      problems: [NO_BATCH, DECIDED],
      async run({ params: { reclaim: id } }, { administration }) {
        const { database, change, actor, site } = administration;
        const request = { action: 'reclaim.discard', objectType: 'Application' } as const;
        await change.run(actor, request, () => discardReclaim(actor, id));
        return readReclaim(database, site.id, id);
      },
    }),
  ];
}
