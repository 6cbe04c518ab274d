import { z } from 'zod';
import { expiryOf, tokenState } from '../../administration/index.js';
import { API_SCOPES, createApiToken, listApiTokens, revokeApiToken } from '../../connections/index.js';
import { type PageLimits, pageOfAll, pageQuery, pageSchema } from '../paging.js';
import { Problem } from '../problem.js';
import { type Route, route } from '../route.js';
import { moment, nothing, problem } from '../shared/schemas.js';
import { expiresInDays, lifetime, shownToken } from './token-schemas.js';

const TAG = 'API tokens';
const scopes = z.array(z.enum(API_SCOPES)).min(1);

/** Tokens like the one that asks. */
export function apiTokenRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api-tokens',
      id: 'listApiTokens',
      tag: TAG,
      summary: 'The API tokens of the site',
      description: 'Never their text.',
      permission: 'tokens:read',
      log: null,
      params: nothing,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(z.strictObject({ ...shownToken, name: z.string(), scopes: z.array(z.string()) })),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const { config, database, site } = administration;
        const tokens = (await listApiTokens(database, site.id)).map((token) => ({
          ...token,
          state: tokenState(config, token),
        }));
        return pageOfAll(administration, { list: ['api-tokens'], query }, tokens, ({ id }) => id);
      },
    }),

    route({
      method: 'POST',
      path: '/api-tokens',
      id: 'createApiToken',
      tag: TAG,
      summary: 'Make an API token',
      description: 'Its text is in this answer alone. Nobody can give away a scope that they do not have.',
      permission: 'tokens:write',
      log: 'api-token.create',
      params: nothing,
      query: nothing,
      body: z.strictObject({ name: z.string().min(1).max(200), scopes, expiresInDays }),
      output: z.strictObject({
        id: z.uuid(),
        name: z.string(),
        token: z.string().describe('Shown this once.'),
        scopes,
        expiresAt: moment,
      }),
      status: 201,
      problems: [
        problem(400, 'api-token.no-name', 'The name is empty.'),
        problem(403, 'api-token.more-than-own', 'A scope is not one of the token that asks.'),
      ],
      async run({ body }, { administration, caller }) {
        const { config, change, actor } = administration;
        const missing = body.scopes.filter((scope) => !caller.scopes.includes(scope));
        if (missing.length > 0) {
          const detail = `The token that asks has not the scopes ${missing.join(', ')} and cannot give them away.`;
          throw new Problem(403, 'api-token.more-than-own', detail);
        }
        const wanted = {
          name: body.name,
          scopes: [...new Set(body.scopes)],
          expiresAt: expiryOf(config, lifetime(body.expiresInDays)),
        };
        const request = { action: 'api-token.create', objectType: 'ApiToken' } as const;
        return change.run(actor, request, () => createApiToken(actor, wanted));
      },
    }),

    route({
      method: 'DELETE',
      path: '/api-tokens/{token}',
      id: 'revokeApiToken',
      tag: TAG,
      summary: 'Make an API token invalid',
      description: 'Servers refuse it after TOKEN_CACHE_MILLISECONDS at the latest.',
      permission: 'tokens:write',
      log: 'api-token.revoke',
      params: z.strictObject({ token: z.string().describe('Its id.') }),
      query: nothing,
      body: null,
      output: null,
      status: 204,
      problems: [problem(404, 'api-token.not-found', 'There is no such token that is not revoked yet.')],
      async run({ params: { token } }, { administration: { change, actor } }) {
        await change.run(actor, { action: 'api-token.revoke', objectType: 'ApiToken' }, () =>
          revokeApiToken(actor, token),
        );
        return undefined;
      },
    }),
  ];
}
