import { z } from 'zod';
import { dayRange } from '../../administration/index.js';
import { findApplication, readLicenceDays, readTrueUp } from '../../licensing/index.js';
import { type Route, route } from '../route.js';
import { applicationParameter, NO_APPLICATION } from '../shared/schemas.js';

const TAG = 'Seats';
const params = z.strictObject({ key: applicationParameter });
const day = z.iso.date().describe('A day of UTC, such as 2027-01-31.');
const inOrder = ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
  from === undefined || to === undefined || from <= to;
const ORDER = { error: '`from` is later than `to`' };
const about = { application: z.string(), from: z.string(), to: z.string() };

/** How licences were used. */
export function historyRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      path: '/applications/{key}/licence-history',
      id: 'getLicenceHistory',
      tag: TAG,
      summary: "How an application's licences were used, day by day",
      description: 'By licence and day, those that are gone included. The last 30 days unless it is said otherwise.',
      permission: 'licensing:read',
      log: null,
      params,
      query: z.strictObject({ from: day.optional(), to: day.optional() }).refine(inOrder, ORDER),
      body: null,
      output: z.strictObject({
        ...about,
        days: z.array(
          z.strictObject({
            day: z.string(),
            licenceId: z.uuid(),
            licence: z.string(),
            seats: z.int().nullable(),
            used: z.int().describe('At the end of the day, or now.'),
            highest: z.int(),
            over: z.int().describe('The most seats that were taken beyond those there were.'),
            waiting: z.int().nullable().describe('Null: nobody looked on that day.'),
          }),
        ),
      }),
      status: 200,
      problems: [NO_APPLICATION],
      async run({ params: { key }, query: { from, to } }, { administration: { database, site } }) {
        const { id } = await findApplication(database, site.id, key);
        const range = dayRange(from, to);
        return { application: key, ...range, days: await readLicenceDays(database, site.id, id, range) };
      },
    }),

    route({
      method: 'GET',
      path: '/applications/{key}/true-up',
      id: 'getTrueUp',
      tag: TAG,
      summary: "How an application's licences were used in a time, added up",
      description: 'To be settled with whoever sold them.',
      permission: 'licensing:read',
      log: null,
      params,
      query: z.strictObject({ from: day, to: day }).refine(inOrder, ORDER),
      body: null,
      output: z.strictObject({
        ...about,
        licences: z.array(
          z.strictObject({
            licenceId: z.uuid(),
            licence: z.string(),
            days: z.int().describe('Days of which something is known.'),
            seats: z.int().nullable(),
            peak: z.int(),
            peakDay: z.string(),
            average: z.number(),
            daysOver: z.int(),
            highestOver: z.int(),
          }),
        ),
      }),
      status: 200,
      problems: [NO_APPLICATION],
      async run({ params: { key }, query: range }, { administration: { database, site } }) {
        const { id } = await findApplication(database, site.id, key);
        return { application: key, ...range, licences: await readTrueUp(database, site.id, id, range) };
      },
    }),
  ];
}
