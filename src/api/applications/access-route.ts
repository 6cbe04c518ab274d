import { z } from 'zod';
import type { Database } from '../../database/index.js';
import { answerAccess, type SeatRules } from '../../licensing/index.js';
import { type Route, route } from '../route.js';
import { keyParameter, userParameter } from './parameters.js';

const REASONS = {
  active: 'the person has a role; the only one with access',
  'unknown-user': 'there is no such user',
  'application-disabled': 'an administrator has switched the application off',
  invited: 'the person was invited and has not come yet, and such people have no access by the settings',
  suspended: 'the person is suspended',
  deactivated: 'the person is deactivated',
  'no-grant': 'neither a group of theirs nor a grant gives a role',
  'customer-without-free-role': 'customers hold only roles without a seat, and no such role was given',
  'waiting-for-seat': 'all seats are taken, and the person is in the queue',
} as const;

const role = z.strictObject({
  key: z.string(),
  name: z.string(),
  standing: z
    .enum(['in-use', 'waiting', 'lower', 'withheld'])
    .describe('`waiting`: in the queue for its seat; `lower`: a higher one is in use; `withheld`: see the reason.'),
  groups: z
    .array(z.strictObject({ id: z.uuid(), name: z.string() }))
    .describe('Groups that have the role and that the person is in, directly or through other groups.'),
  granted: z.boolean().describe('Whether it was given to the person by name.'),
});

const answer = z.strictObject({
  access: z.boolean(),
  reason: z.enum(Object.keys(REASONS) as (keyof typeof REASONS)[]).describe(
    Object.entries(REASONS)
      .map(([code, words]) => `\`${code}\`: ${words}.`)
      .join('\n'),
  ),
  detail: z.string().describe('The reason in words, for people.'),
  application: z.strictObject({ key: z.string(), name: z.string() }),
  user: z
    .strictObject({ id: z.uuid(), userName: z.string(), displayName: z.string().nullable() })
    .nullable()
    .describe('Null where there is no such user.'),
  role: z.string().nullable().describe('The key of the role in use.'),
  waitsFor: z.string().nullable().describe('The key of the highest role that the person waits for.'),
  roles: z.array(role).describe('The roles that groups and grants give the person, the highest first.'),
});

export interface AccessRouteDependencies {
  readonly database: Database;
  readonly rules: SeatRules;
}

/** What an application asks about a person. */
export function accessRoute({ database, rules }: AccessRouteDependencies): Route {
  return route({
    method: 'GET',
    path: '/applications/{key}/users/{user}/access',
    id: 'getAccess',
    tag: 'Access',
    summary: 'May a person use the application, and as what?',
    description:
      'Always 200 when the question could be answered: `access` is the answer, also where there is no such user.',
    permission: 'access:read',
    log: null,
    params: z.strictObject({ key: keyParameter, user: userParameter }),
    query: z.strictObject({}),
    body: null,
    output: answer,
    status: 200,
    problems: [{ status: 404, code: 'application.not-found', description: 'The application was removed just now.' }],
    async run({ params }, { caller }) {
      const { siteId, applicationId } = caller;
      const answered = await answerAccess(database, { siteId, id: applicationId }, params.user, rules);
      return { ...answered, roles: answered.roles.map((one) => ({ ...one, groups: [...one.groups] })) };
    },
  });
}
