import { z } from 'zod';
import { expiryOf, tokenState } from '../../administration/index.js';
import {
  APPLICATION_SCOPES,
  createApplicationToken,
  listApplicationTokens,
  revokeApplicationTokens,
} from '../../connections/index.js';
import { findApplication } from '../../licensing/index.js';
import { type PageLimits, pageOfAll, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { applicationParameter, moment, NO_APPLICATION, nothing, problem } from '../shared/schemas.js';
import { expiresInDays, lifetime, shownToken } from './token-schemas.js';

const TAG = 'Tokens of applications';
const params = z.strictObject({ key: applicationParameter });
const scopes = z.array(z.enum(APPLICATION_SCOPES)).min(1);

/** Tokens by which applications ask and report. */
export function applicationTokenRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/applications/{key}/tokens',
      id: 'listApplicationTokens',
      tag: TAG,
      summary: 'The tokens of an application',
      description: 'Never their text.',
      permission: 'tokens:read',
      log: null,
      params,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(z.strictObject({ ...shownToken, scopes })),
      status: 200,
      problems: [NO_APPLICATION],
      async run({ params: { key }, query }, { administration }) {
        const { config, database, site } = administration;
        const { id: applicationId } = await findApplication(database, site.id, key);
        const tokens = (await listApplicationTokens(database, site.id, applicationId)).map((token) => ({
          ...token,
          state: tokenState(config, token),
        }));
        return pageOfAll(administration, { list: ['tokens', applicationId], query }, tokens, ({ id }) => id);
      },
    }),

    route({
      method: 'POST',
      path: '/applications/{key}/tokens',
      id: 'createApplicationToken',
      tag: TAG,
      summary: 'Make a token that is good for this application alone',
      description: 'Its text is in this answer alone.',
      permission: 'tokens:write',
      log: 'application.create-token',
      params,
      query: nothing,
      body: z.strictObject({ scopes: scopes.default([...APPLICATION_SCOPES]), expiresInDays }),
      output: z.strictObject({
        id: z.uuid(),
        token: z.string().describe('Shown this once.'),
        scopes,
        expiresAt: moment,
      }),
      status: 201,
      problems: [NO_APPLICATION],
      run({ params: { key }, body }, { administration: { config, change, actor } }) {
        const wanted = { scopes: [...new Set(body.scopes)], expiresAt: expiryOf(config, lifetime(body.expiresInDays)) };
        const request = { action: 'application.create-token', objectType: 'Application' } as const;
        return change.run(actor, request, () => createApplicationToken(actor, key, wanted));
      },
    }),

    route({
      method: 'DELETE',
      path: '/applications/{key}/tokens/{token}',
      id: 'revokeApplicationToken',
      tag: TAG,
      summary: 'Make a token of an application invalid',
      description: 'Servers refuse it after TOKEN_CACHE_MILLISECONDS at the latest.',
      permission: 'tokens:write',
      log: 'application.revoke-token',
      params: params.extend({ token: z.string().describe('Its id.') }),
      query: nothing,
      body: null,
      output: null,
      status: 204,
      problems: [NO_APPLICATION, problem(404, 'application.no-token', 'It has no such token that is not revoked yet.')],
      async run({ params: { key, token } }, { administration: { change, actor } }) {
        const request = { action: 'application.revoke-token', objectType: 'Application' } as const;
        await change.run(actor, request, () => revokeApplicationTokens(actor, key, token));
        return undefined;
      },
    }),
  ];
}
