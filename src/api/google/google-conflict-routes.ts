import { z } from 'zod';
import { listConflicts, readGoogleConnection, resolveConflict } from '../../google/index.js';
import { type PageLimits, pageOf, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { nothing, problem } from '../shared/schemas.js';
import { NO_CONNECTION, params, TAG } from './google-connection-routes.js';
import { conflict, conflictPosition } from './google-schemas.js';

interface Dependencies {
  readonly limits: PageLimits & { readonly keyBytes: number };
}

const choice = z.discriminatedUnion('choice', [
  z.strictObject({ choice: z.literal('link'), objectId: z.uuid() }),
  z.strictObject({ choice: z.literal('take-over'), objectId: z.uuid() }),
  z.strictObject({ choice: z.literal('ignore') }),
  z.strictObject({ choice: z.literal('rename'), name: z.string() }),
  z.strictObject({ choice: z.literal('undo') }),
]);

/** What stands in the way of users and groups of Google. */
export function googleConflictRoutes({ limits }: Dependencies): Route[] {
  return [
    route({
      method: 'GET',
      path: '/google/connections/{connection}/conflicts',
      id: 'listGoogleConflicts',
      tag: TAG,
      summary: 'Users and groups of Google that are left out until somebody decides',
      description: 'And those about which somebody has.',
      permission: 'google:read',
      log: null,
      params,
      query: z.strictObject({
        open: z.enum(['true', 'false']).optional().describe('Only those about which nobody has decided.'),
        ...pageQuery(limits),
      }),
      body: null,
      output: pageSchema(conflict),
      status: 200,
      problems: [NO_CONNECTION],
      async run({ params: { connection: name }, query }, { administration }) {
        const { database, site } = administration;
        const { id } = await readGoogleConnection(database, site.id, name);
        return pageOf(
          administration,
          { list: ['google-conflicts', id], query, position: conflictPosition },
          (after, limit) => listConflicts(database, site.id, id, { open: query.open === 'true', after, limit }),
          ({ objectType, googleId }) => ({ objectType, googleId }),
        );
      },
    }),

    route({
      method: 'POST',
      path: '/google/connections/{connection}/conflicts/{object}/resolve',
      id: 'resolveGoogleConflict',
      tag: TAG,
      summary: 'Decide about a conflict',
      description:
        'The next run goes by it. `link`: it is that user or group of the directory, which stays with its owner; ' +
        '`take-over`: it is that one, and Google’s from now on; `rename`: it is somebody new, under another name.',
      permission: 'google:write',
      log: 'google.resolve',
      params: params.extend({ object: z.string().describe('Google’s id of the user or group, or its name.') }),
      query: nothing,
      body: choice,
      output: z.strictObject({ objectType: z.enum(['User', 'Group']), googleId: z.string(), name: z.string() }),
      status: 200,
      problems: [
        NO_CONNECTION,
        problem(404, 'google.conflict-not-found', 'There is no such conflict.'),
        problem(409, 'google.conflict-ambiguous', 'Several have the name: use the Google id.'),
        problem(404, 'google.candidate-not-found', 'There is no such user or group.'),
        problem(409, 'google.candidate-taken', 'It is somebody else in Google.'),
        problem(409, 'google.choice-unfit', 'It was deleted here: restore it, or ignore it.'),
        problem(403, 'google.domain-unverified', 'The domain of the address is not verified.'),
        problem(400, 'google.name-invalid', 'The name is empty, or longer than LIMIT_KEY_BYTES.'),
        problem(409, 'user.user-name-taken', 'Another user has the name.'),
      ],
      run({ params: { connection: name, object }, body }, { administration: { change, actor } }) {
        const { choice: kind, ...more } = body;
        const request = { action: 'google.resolve', objectType: 'Connection' } as const;
        // The schema sees to it that each choice has what belongs to it.
        const chosen = { kind, ...more } as Parameters<typeof resolveConflict>[3];
        return change.run(actor, request, () => resolveConflict(actor, name, object, chosen, limits));
      },
    }),
  ];
}
