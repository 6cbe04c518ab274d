import { z } from 'zod';
import type { Administration } from '../../administration/index.js';
import {
  type GoogleConnection,
  listGoogleConnections,
  readGoogleConnection,
  readStandings,
  type Standing,
  setGoogleState,
} from '../../google/index.js';
import { type PageLimits, pageOfAll, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { nothing, problem } from '../shared/schemas.js';
import { connection, type ShownStanding } from './google-schemas.js';

export const TAG = 'Google Workspace';
export const params = z.strictObject({ connection: z.string().describe('The id or the name of a connection.') });
export const NO_CONNECTION = problem(404, 'google.connection-not-found', 'There is no such Google connection.');

/** Connections that read Google Workspace. */
export function googleConnectionRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/google/connections',
      id: 'listGoogleConnections',
      tag: TAG,
      summary: 'The connections that read Google Workspace, and how it stands with them',
      description: 'In the order of their names. Never what they prove themselves with.',
      permission: 'google:read',
      log: null,
      params: nothing,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(connection),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const { database, site, config } = administration;
        const all = await listGoogleConnections(database, site.id);
        const page = await pageOfAll(administration, { list: ['google'], query }, all, ({ name }) => name);
        const standings = await readStandings(database, config.google, { siteId: site.id });
        return { ...page, items: page.items.map((one) => viewOf(one, standings)) };
      },
    }),

    route({
      method: 'GET',
      path: '/google/connections/{connection}',
      id: 'getGoogleConnection',
      tag: TAG,
      summary: 'A connection, its settings, its last run and its next one',
      description: 'Never what it proves itself with.',
      permission: 'google:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: connection,
      status: 200,
      problems: [NO_CONNECTION],
      run: ({ params: { connection: name } }, { administration }) => show(administration, name),
    }),

    ...(
      [
        ['pause', 'paused', 'Start no run of a connection until it is resumed'],
        ['resume', 'active', 'Let a connection go on that is paused or needed attention'],
      ] as const
    ).map(([name, state, summary]) =>
      route({
        method: 'POST',
        path: `/google/connections/{connection}/${name}`,
        id: `${name}GoogleConnection`,
        tag: TAG,
        summary,
        description: 'Done again it changes nothing.',
        permission: 'google:write',
        log: `google.${name}`,
        params,
        query: nothing,
        body: nothing,
        output: connection,
        status: 200,
        problems: [NO_CONNECTION],
        async run({ params: { connection: one } }, { administration }) {
          const { change, actor } = administration;
          const request = { action: `google.${name}`, objectType: 'Connection' } as const;
          const { id } = await change.run(actor, request, () => setGoogleState(actor, one, state));
          return show(administration, id);
        },
      }),
    ),
  ];
}

async function show({ database, site, config }: Administration, name: string) {
  const found = await readGoogleConnection(database, site.id, name);
  const standings = await readStandings(database, config.google, { siteId: site.id, connectionId: found.id });
  return viewOf(found, standings);
}

/** The two are read one after the other: a connection may be new. */
const NOTHING_YET: ShownStanding = {
  ...{
    last: null,
    completeAt: null,
    ageSeconds: 0,
    failures: 0,
    staleSince: null,
    waitingRunId: null,
    nextRunAt: null,
  },
};

function viewOf({ siteId: _, ...shown }: GoogleConnection, standings: readonly Standing[]) {
  const standing = standings.find(({ connectionId }) => connectionId === shown.id) ?? NOTHING_YET;
  const { last, completeAt, ageSeconds, failures, staleSince, waitingRunId, nextRunAt } = standing;
  return { ...shown, last, completeAt, ageSeconds, failures, staleSince, waitingRunId, nextRunAt };
}
