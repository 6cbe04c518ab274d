import { z } from 'zod';
import { either, entraIssuer, requireConnection } from '../../administration/index.js';
import { distrustIssuer, trustIssuer } from '../../connections/index.js';
import { type Route, route } from '../route.js';
import { nothing, problem } from '../shared/schemas.js';
import { OF_CONNECTION, params, TAG } from './connection-parameters.js';
import { issuer, scope } from './connection-schemas.js';

const url = z.string().max(2000);

/** Whose JWTs a connection takes. */
export function issuerRoutes(): Route[] {
  return [
    route({
      method: 'POST',
      path: '/connections/{connection}/issuers',
      id: 'trustIssuer',
      tag: TAG,
      summary: 'Take JWTs that an identity provider issues',
      description: 'With `entraTenant` the rest is what Entra ID uses without a secret token.',
      permission: 'connections:write',
      log: 'connection.trust-issuer',
      params,
      query: nothing,
      body: z
        .strictObject({
          entraTenant: z.string().min(1).max(200).optional(),
          issuer: url.optional().describe('What the claim iss is.'),
          audience: z.string().min(1).max(2000).optional().describe('What the claim aud is.'),
          tenant: z.string().max(200).optional().describe('What the claim tid must be.'),
          jwksUrl: url.optional().describe("Left out: what the issuer's discovery document says."),
          clients: z
            .array(z.string().max(200))
            .max(100)
            .default([])
            .describe('Which azp, appid or sub; none: every one.'),
          scope: scope.default('write'),
        })
        .refine(({ entraTenant, issuer: given }) => either(entraTenant, given), {
          error: 'names entraTenant or issuer, and not both',
        })
        .refine(({ issuer: given, audience }) => given === undefined || audience !== undefined, {
          error: 'an issuer needs an audience',
        }),
      output: issuer,
      status: 201,
      problems: [
        ...OF_CONNECTION,
        problem(400, 'connection.issuer-invalid', 'A URL is none by which keys can be fetched safely.'),
        problem(409, 'connection.issuer-exists', 'It trusts the issuer for the audience already.'),
      ],
      async run({ params: { connection }, body }, { administration }) {
        const { change, actor } = administration;
        const { id, name } = await requireConnection(administration, connection);
        const { entraTenant, issuer: given = '', audience, tenant, jwksUrl, clients, scope: may } = body;
        const terms = { audience, tenant, jwksUrl, clients, scope: may };
        const wanted =
          entraTenant === undefined
            ? { ...terms, issuer: given, audience: audience ?? '', tenant: tenant ?? null, jwksUrl: jwksUrl ?? null }
            : entraIssuer(entraTenant, terms);
        const request = { action: 'connection.trust-issuer', objectType: 'Connection', objectId: id } as const;
        return change.run(actor, request, () => trustIssuer(actor, name, wanted));
      },
    }),

    route({
      method: 'DELETE',
      path: '/connections/{connection}/issuers/{issuer}',
      id: 'distrustIssuer',
      tag: TAG,
      summary: 'No longer take the JWTs of an issuer',
      description: 'Servers refuse them after TOKEN_CACHE_MILLISECONDS at the latest.',
      permission: 'connections:write',
      log: 'connection.distrust-issuer',
      params: params.extend({ issuer: z.string().describe('Its id.') }),
      query: nothing,
      body: null,
      output: null,
      status: 204,
      problems: [...OF_CONNECTION, problem(404, 'connection.no-issuer', 'It trusts no such issuer.')],
      async run({ params: { connection, issuer: wanted } }, { administration }) {
        const { change, actor } = administration;
        const { id, name } = await requireConnection(administration, connection);
        const request = { action: 'connection.distrust-issuer', objectType: 'Connection', objectId: id } as const;
        await change.run(actor, request, () => distrustIssuer(actor, name, wanted));
        return undefined;
      },
    }),
  ];
}
