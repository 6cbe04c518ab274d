import { z } from 'zod';
import {
  baseUrl,
  expiryOf,
  newTokenView,
  requireConnection,
  rotateConnectionToken,
} from '../../administration/index.js';
import { addOAuthClient, createAddresses, revokeOAuthClient, revokeToken } from '../../connections/index.js';
import { type Route, route } from '../route.js';
import { moment, NO_USER, nothing, problem } from '../shared/schemas.js';
import { expiresInDays, lifetime } from '../tokens/token-schemas.js';
import { OF_CONNECTION, params, TAG } from './connection-parameters.js';
import { newToken, scope } from './connection-schemas.js';

/** Tokens and OAuth clients: by what the client of a connection proves who it is. */
export function credentialRoutes(): Route[] {
  return [
    route({
      method: 'POST',
      path: '/connections/{connection}/tokens',
      id: 'rotateConnectionToken',
      tag: TAG,
      summary: 'Make another token; the newest one before it stays valid',
      description: 'For the connection itself, or for one user, whom alone it reaches through /Me.',
      permission: 'connections:write',
      log: 'connection.rotate-token',
      params,
      query: nothing,
      body: z.strictObject({
        scope: scope.optional().describe('Left out: what the token before it may do.'),
        expiresInDays,
        user: z.string().optional().describe('Id or userName of the only user that it shall reach.'),
      }),
      output: newToken,
      status: 201,
      problems: [...OF_CONNECTION, NO_USER],
      async run({ params: { connection }, body }, { administration }) {
        const { config } = administration;
        const { name } = await requireConnection(administration, connection);
        const expiresAt = expiryOf(config, lifetime(body.expiresInDays));
        const wanted = { scope: body.scope, expiresAt, user: body.user };
        const { created, token } = await rotateConnectionToken(administration, name, wanted);
        return newTokenView(config, created, token);
      },
    }),

    route({
      method: 'DELETE',
      path: '/connections/{connection}/tokens/{token}',
      id: 'revokeConnectionToken',
      tag: TAG,
      summary: 'Make a token of a connection invalid',
      description: 'Servers refuse it after TOKEN_CACHE_MILLISECONDS at the latest.',
      permission: 'connections:write',
      log: 'connection.revoke-token',
      params: params.extend({ token: z.string().describe('Its id.') }),
      query: nothing,
      body: null,
      output: null,
      status: 204,
      problems: [
        ...OF_CONNECTION,
        problem(404, 'connection.no-token', 'It has no such token that is not revoked yet.'),
      ],
      async run({ params: { connection, token } }, { administration }) {
        const { change, actor } = administration;
        const { id, name } = await requireConnection(administration, connection);
        const request = { action: 'connection.revoke-token', objectType: 'Connection', objectId: id } as const;
        await change.run(actor, request, () => revokeToken(actor, name, token));
        return undefined;
      },
    }),

    route({
      method: 'POST',
      path: '/connections/{connection}/clients',
      id: 'addOAuthClient',
      tag: TAG,
      summary: 'Make an OAuth client, which gets short-lived tokens by itself',
      description: 'Its secret is in this answer alone.',
      permission: 'connections:write',
      log: 'connection.add-client',
      params,
      query: nothing,
      body: z.strictObject({ scope: scope.default('write'), expiresInDays }),
      output: z.strictObject({
        clientId: z.uuid(),
        clientSecret: z.string().describe('Shown this once.'),
        scope,
        expiresAt: moment,
        baseUrl: z.string(),
        tokenUrl: z.string(),
      }),
      status: 201,
      problems: OF_CONNECTION,
      async run({ params: { connection: one }, body }, { administration }) {
        const { config, change, actor } = administration;
        const { id, name } = await requireConnection(administration, one);
        const client = { scope: body.scope, expiresAt: expiryOf(config, lifetime(body.expiresInDays)) };
        const request = { action: 'connection.add-client', objectType: 'Connection', objectId: id } as const;
        const { connection, ...created } = await change.run(actor, request, () => addOAuthClient(actor, name, client));
        const tokenUrl = `${createAddresses(config.server.publicUrl).issuer(connection.key)}/token`;
        return { ...created, baseUrl: baseUrl(config, connection), tokenUrl };
      },
    }),

    route({
      method: 'DELETE',
      path: '/connections/{connection}/clients/{client}',
      id: 'revokeOAuthClient',
      tag: TAG,
      summary: 'Make an OAuth client and its tokens invalid',
      description: 'Servers refuse them after TOKEN_CACHE_MILLISECONDS at the latest.',
      permission: 'connections:write',
      log: 'connection.revoke-client',
      params: params.extend({ client: z.string().describe('Its client_id.') }),
      query: nothing,
      body: null,
      output: null,
      status: 204,
      problems: [
        ...OF_CONNECTION,
        problem(404, 'connection.no-client', 'It has no such client that is not revoked yet.'),
      ],
      async run({ params: { connection, client } }, { administration }) {
        const { change, actor } = administration;
        const { id, name } = await requireConnection(administration, connection);
        const request = { action: 'connection.revoke-client', objectType: 'Connection', objectId: id } as const;
        await change.run(actor, request, () => revokeOAuthClient(actor, name, client));
        return undefined;
      },
    }),
  ];
}
