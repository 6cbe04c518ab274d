import { z } from 'zod';
import { expiryOf, newTokenView, requireConnection } from '../../administration/index.js';
import {
  allowRemovals,
  type ConnectionSettings,
  createConnection,
  listConnections,
  setConnectionState,
  updateConnection,
} from '../../connections/index.js';
import { pageOfAll, pageQuery, pageSchema } from '../paging.js';
import { versionTag } from '../preconditions.js';
import { type Route, route } from '../route.js';
import { moment, nothing, problem } from '../shared/schemas.js';
import { expiresInDays, lifetime } from '../tokens/token-schemas.js';
import { OF_CONNECTION, params, TAG } from './connection-parameters.js';
import { connection, newToken, scope, settings, shownConnection } from './connection-schemas.js';
import { type ConnectionRouteDependencies, connectionGuard, showConnection, viewOf } from './show-connection.js';

/** Connections of identity providers. */
export function connectionRoutes({ limits, profileNames, suggestProfile }: ConnectionRouteDependencies): Route[] {
  const wanted = z
    .strictObject({ ...settings, profile: z.enum(profileNames).describe('Which identity provider it is.') })
    .partial();
  return [
    route({
      method: 'GET',
      path: '/connections',
      id: 'listConnections',
      tag: TAG,
      summary: 'The connections of the site with their tokens',
      description: 'In the order of their names. Never the text of a token.',
      permission: 'connections:read',
      log: null,
      params: nothing,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(connection),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const all = await listConnections(administration.database, administration.site.id);
        const page = await pageOfAll(administration, { list: ['connections'], query }, all, ({ name }) => name);
        return { ...page, items: page.items.map((one) => viewOf(administration, suggestProfile, one)) };
      },
    }),

    route({
      method: 'POST',
      path: '/connections',
      id: 'createConnection',
      tag: TAG,
      summary: 'Make a SCIM connection and its first token',
      description: 'Settings that are left out have their default. The token is in this answer alone.',
      permission: 'connections:write',
      log: 'connection.create',
      params: nothing,
      query: nothing,
      body: wanted.extend({
        name: z.string().trim().min(1).max(200).describe('What it is called in the log.'),
        scope: scope.default('write').describe('What the token may do.'),
        expiresInDays,
      }),
      output: newToken,
      status: 201,
      problems: [problem(409, 'connection.name-taken', 'Another connection has the name.')],
      async run({ body: { expiresInDays: days, name, scope: may, ...given } }, { administration }) {
        const { config, change, actor } = administration;
        const token = { scope: may, expiresAt: expiryOf(config, lifetime(days)) };
        const made = { ...givenOf(given), ...token, name, type: 'scim' } as const;
        const request = { action: 'connection.create', objectType: 'Connection' } as const;
        const created = await change.run(actor, request, () => createConnection(actor, made));
        return newTokenView(config, created, { ...token, userId: undefined });
      },
    }),

    route({
      method: 'GET',
      path: '/connections/{connection}',
      id: 'getConnection',
      tag: TAG,
      summary: 'A connection, its tokens, and what its traffic says about its profile',
      description: 'And how far it has come towards its removal limit.',
      permission: 'connections:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: shownConnection,
      status: 200,
      problems: OF_CONNECTION,
      etag: versionTag,
      run: ({ params: { connection: one } }, { administration }) => showConnection(administration, suggestProfile, one),
    }),

    route({
      method: 'PATCH',
      path: '/connections/{connection}',
      id: 'updateConnection',
      tag: TAG,
      summary: 'Change settings of a connection',
      description: 'What is not named stays.',
      permission: 'connections:write',
      log: 'connection.update',
      params,
      query: nothing,
      body: wanted.refine((body) => Object.values(body).some((value) => value !== undefined), {
        error: 'says nothing',
      }),
      output: shownConnection,
      status: 200,
      conditional: true,
      problems: OF_CONNECTION,
      etag: versionTag,
      async run({ params: { connection: one }, body }, { administration, ifMatch }) {
        const { change, actor } = administration;
        const found = await requireConnection(administration, one);
        const guard = connectionGuard(administration, found, ifMatch);
        const request = { action: 'connection.update', objectType: 'Connection', objectId: found.id } as const;
        await change.run(actor, request, () => guard(updateConnection(actor, found.name, givenOf(body))));
        return showConnection(administration, suggestProfile, found.id);
      },
    }),

    ...(
      [
        ['pause', 'paused', 'Answer the requests of a connection with 503 until it is resumed'],
        ['resume', 'active', 'Let a paused connection go on'],
      ] as const
    ).map(([name, state, summary]) =>
      route({
        method: 'POST',
        path: `/connections/{connection}/${name}`,
        id: `${name}Connection`,
        tag: TAG,
        summary,
        description: 'Done again it changes nothing.',
        permission: 'connections:write',
        log: `connection.${name}`,
        params,
        query: nothing,
        body: nothing,
        output: shownConnection,
        status: 200,
        conditional: true,
        problems: OF_CONNECTION,
        etag: versionTag,
        async run({ params: { connection: one } }, { administration, ifMatch }) {
          const { change, actor } = administration;
          const found = await requireConnection(administration, one);
          const guard = connectionGuard(administration, found, ifMatch);
          const request = { action: `connection.${name}`, objectType: 'Connection', objectId: found.id } as const;
          await change.run(actor, request, () => guard(setConnectionState(actor, found.name, state)));
          return showConnection(administration, suggestProfile, found.id);
        },
      }),
    ),

    route({
      method: 'POST',
      path: '/connections/{connection}/allow-removals',
      id: 'allowRemovals',
      tag: TAG,
      summary: 'Let a connection remove more than its limit for a while',
      description: 'What it removes meanwhile does not count afterwards. Said again, it counts from the beginning.',
      permission: 'connections:write',
      log: 'connection.allow-removals',
      params,
      query: nothing,
      body: z.strictObject({
        hours: z
          .int()
          .min(1)
          .max(24 * 365),
        people: z.int().min(1).max(100_000_000).nullable().default(null).describe('Null: any number.'),
      }),
      output: z.strictObject({ until: moment, people: z.int().nullable() }),
      status: 200,
      problems: OF_CONNECTION,
      async run({ params: { connection: one }, body: { hours, people } }, { administration }) {
        const { change, actor } = administration;
        const { id, name } = await requireConnection(administration, one);
        const allowance = { until: new Date(Date.now() + hours * 3_600_000), people };
        const request = { action: 'connection.allow-removals', objectType: 'Connection', objectId: id } as const;
        return change.run(actor, request, () => allowRemovals(actor, name, allowance));
      },
    }),
  ];
}

/** Those settings that are there. */
function givenOf(wanted: { readonly [Name in keyof ConnectionSettings]?: ConnectionSettings[Name] | undefined }) {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<ConnectionSettings>;
}
