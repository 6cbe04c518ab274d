import { z } from 'zod';
import { explainAccess, outlineAccessRemoval, simulateChanges, simulatedChanges } from '../../administration/index.js';
import { verifyLicensing } from '../../licensing/index.js';
import { accessOutlook } from '../problem.js';
import { type Route, route } from '../route.js';
import {
  AMBIGUOUS_GROUP,
  applicationParameter,
  NO_APPLICATION,
  NO_GROUP,
  NO_ROLE,
  NO_USER,
  nothing,
  OUT_OF_SEATS,
  problem,
  userParameter,
} from '../shared/schemas.js';

const TAG = 'Access explained';
const params = z.strictObject({ user: userParameter, key: applicationParameter });
const beforeAfter = z.strictObject({ before: z.int(), after: z.int() });

const outlook = z
  .strictObject({
    access: z.array(accessOutlook).describe('Those whose role, seat or places in queues would differ.'),
    pools: z
      .array(
        z.strictObject({
          application: z.string(),
          licence: z.string(),
          seats: z.int().nullable(),
          used: beforeAfter,
          waiting: beforeAfter,
        }),
      )
      .describe('Licences whose seats or queues would differ.'),
  })
  .meta({ title: 'Outlook' });

const subject = z.strictObject({ id: z.uuid(), userName: z.string(), state: z.string(), type: z.string() });

const path = z.strictObject({
  roleId: z.uuid(),
  role: z.string(),
  rank: z.int().describe('1 is the highest.'),
  takesSeat: z.boolean(),
  effect: z
    .enum(['gives', 'waits', 'lower', 'withheld'])
    .describe('`lower`: the person has a higher role; `withheld`: the verdict says why.'),
  through: z
    .array(z.strictObject({ id: z.uuid(), name: z.string() }))
    .describe('From the group that the person is in up to the one that has the role; none: granted to the person.'),
  memberBy: z
    .string()
    .nullable()
    .describe('The connection that put the person into the first; null: an administrator.'),
  grantedBy: z.string().nullable().describe('The connection that granted it; null: an administrator.'),
});

const explanation = z
  .strictObject({
    user: subject,
    application: z.strictObject({ key: z.string(), name: z.string(), state: z.string() }),
    verdict: z.enum([
      'has-access',
      'waits',
      'no-path',
      'not-active',
      'application-disabled',
      'only-seats-for-a-customer',
    ]),
    reason: z.string().describe('The same in words.'),
    role: z.string().nullable(),
    licence: z.string().nullable().describe('Whose seat it takes; null where it takes none.'),
    waitsFor: z.array(z.strictObject({ role: z.string(), licence: z.string() })),
    paths: z.array(path).describe('The highest role and the shortest way first; the first 200.'),
  })
  .meta({ title: 'Explanation' });

/** Why people have access, and what changes would do to it. */
export function explanationRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      path: '/users/{user}/applications/{key}/explanation',
      id: 'explainAccess',
      tag: TAG,
      summary: 'Why a user has access to an application, or has not',
      description: 'Every path that gives it or would give it, and what it comes to.',
      permission: 'licensing:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: explanation,
      status: 200,
      problems: [NO_USER, NO_APPLICATION],
      run: ({ params: { user, key } }, { administration }) => explainAccess(administration, user, key),
    }),

    route({
      method: 'GET',
      path: '/users/{user}/applications/{key}/removal',
      id: 'outlineAccessRemoval',
      tag: TAG,
      summary: 'What to take away for a user to lose an application, and what else would go',
      description: 'Changes nothing.',
      permission: 'licensing:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: z.strictObject({
        user: subject,
        groups: z.array(z.strictObject({ id: z.uuid(), name: z.string(), memberBy: z.string().nullable() })),
        grants: z.array(z.string()).describe('Roles that the user was given by name.'),
        outlook,
      }),
      status: 200,
      problems: [NO_USER, NO_APPLICATION],
      run: ({ params: { user, key } }, { administration }) => outlineAccessRemoval(administration, user, key),
    }),

    route({
      method: 'POST',
      path: '/simulations',
      id: 'simulate',
      tag: TAG,
      summary: 'Who would gain, lose or wait by changes, and what it costs in seats',
      description:
        'The changes are made one after the other, looked at, and undone. Other changes of access wait meanwhile. What ' +
        'a change would be refused with, the simulation is refused with.',
      permission: 'licensing:read',
      log: { notLogged: 'Nothing is changed: whatever is tried is undone before anybody could see it.' },
      params: nothing,
      query: nothing,
      body: z.strictObject({ changes: simulatedChanges }),
      output: outlook,
      status: 200,
      problems: [
        NO_USER,
        NO_GROUP,
        AMBIGUOUS_GROUP,
        NO_APPLICATION,
        NO_ROLE,
        problem(400, 'group.unknown-member', 'A member is not there any more.'),
        problem(400, 'grant.customer-seat', 'The user is a customer, and the role takes a seat.'),
        problem(400, 'licence.name-needed', 'The application has several licences of that name.'),
        problem(404, 'licence.not-found', 'The application has no such licence.'),
        problem(404, 'grant.not-found', 'What is to be revoked was not granted.'),
        problem(409, 'grant.exists', 'What is to be granted was granted already.'),
        OUT_OF_SEATS,
      ],
      run: ({ body: { changes } }, { administration }) => simulateChanges(administration, changes),
    }),

    route({
      method: 'GET',
      path: '/licensing/differences',
      id: 'verifyLicensing',
      tag: TAG,
      summary: 'What a recalculation of all access and seats from scratch finds to be wrong',
      description: 'An empty list is what should be. Other changes of access wait meanwhile.',
      permission: 'licensing:read',
      log: null,
      params: nothing,
      query: nothing,
      body: null,
      output: z.strictObject({
        differences: z.array(
          z.strictObject({
            kind: z.enum(['access', 'place', 'seats']),
            subject: z.string(),
            application: z.string(),
            kept: z.string().nullable(),
            expected: z.string().nullable(),
          }),
        ),
      }),
      status: 200,
      problems: [],
      async run(_, { administration: { config, database, site } }) {
        return { differences: await verifyLicensing(database, site.id, config.licensing) };
      },
    }),
  ];
}
