import { z } from 'zod';
import { allow, approve, disallow, readRule, reject } from '../../administration/index.js';
import type { DirectoryDocuments } from '../../directory/index.js';
import { listSignUps } from '../../sign-ups/index.js';
import { type PageLimits, pageOf, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import {
  applicationParameter,
  moment,
  NO_APPLICATION,
  NO_ROLE,
  nothing,
  OUT_OF_SEATS,
  problem,
} from '../shared/schemas.js';

const TAG = 'Sign-ups';
const ofApplication = z.strictObject({ key: applicationParameter });
const one = z.strictObject({ signUp: z.string().describe('Its id.') });
const state = z.enum(['unconfirmed', 'waiting', 'approved', 'rejected']);

const rule = z
  .strictObject({
    role: z.string().describe('The key of the role that they get, by its default groups.'),
    domains: z.array(z.string().max(253)).min(1).max(100).describe('Of addresses; subdomains are others.'),
    approval: z.boolean().describe('Whether an administrator looks at each of them first.'),
  })
  .meta({ title: 'SignUpRule' });

const signUp = z
  .strictObject({
    id: z.uuid(),
    application: z.string(),
    address: z.string(),
    givenName: z.string().nullable(),
    familyName: z.string().nullable(),
    state: state.describe('`unconfirmed`: the link in the mail was not opened; `waiting`: for an administrator.'),
    issuedAt: moment,
    expiresAt: moment.describe('Until when the link is good.'),
    confirmedAt: moment.nullable(),
    decidedAt: moment.nullable(),
    userId: z.uuid().nullable().describe('Who was made of it, or was given access.'),
  })
  .meta({ title: 'SignUp' });

const NOT_FOUND = problem(404, 'sign-up.not-found', 'Nobody signed up under this id.');
const NOT_ALLOWED = problem(404, 'sign-up.not-allowed', 'Nobody can sign up for the application.');
const DECIDED = problem(409, 'sign-up.decided', 'It does not wait for a decision.');
const NO_DEFAULT = problem(409, 'application.no-default-group', 'The role has no default group to put people into.');

/** What administrators do about people who sign up. */
export function signUpRoutes({
  documents,
  limits,
}: {
  readonly documents: DirectoryDocuments;
  readonly limits: PageLimits;
}): Route[] {
  return [
    route({
      method: 'GET',
      path: '/applications/{key}/sign-up-rule',
      id: 'getSignUpRule',
      tag: TAG,
      summary: 'Who may sign up for an application',
      description: 'Nobody may where there is no rule.',
      permission: 'licensing:read',
      log: null,
      params: ofApplication,
      query: nothing,
      body: null,
      output: rule,
      status: 200,
      problems: [NOT_ALLOWED],
      run: async ({ params: { key } }, { administration }) => readRule(administration, key),
    }),

    route({
      method: 'PUT',
      path: '/applications/{key}/sign-up-rule',
      id: 'allowSignUp',
      tag: TAG,
      summary: 'Let people sign up for an application',
      description: 'Those with an address of the domains, who get the role. Needs a mail server (MAIL_SMTP_URL).',
      permission: 'licensing:write',
      log: 'sign-up.allow',
      params: ofApplication,
      query: nothing,
      body: rule,
      output: rule,
      status: 200,
      problems: [
        NO_APPLICATION,
        NO_ROLE,
        NO_DEFAULT,
        problem(400, 'sign-up.domains', 'A domain is not one such as example.com.'),
        problem(409, 'sign-up.no-mail', 'There is no mail server.'),
      ],
      run: async ({ params: { key }, body }, { administration }) => allow(administration, key, body),
    }),

    route({
      method: 'DELETE',
      path: '/applications/{key}/sign-up-rule',
      id: 'disallowSignUp',
      tag: TAG,
      summary: 'Let nobody sign up any more',
      description: 'Those who wait can be approved only when people may sign up again.',
      permission: 'licensing:write',
      log: 'sign-up.disallow',
      params: ofApplication,
      query: nothing,
      body: null,
      output: null,
      status: 204,
      problems: [NO_APPLICATION, NOT_ALLOWED],
      async run({ params: { key } }, { administration }) {
        await disallow(administration, key);
        return undefined;
      },
    }),

    route({
      method: 'GET',
      path: '/sign-ups',
      id: 'listSignUps',
      tag: TAG,
      summary: 'Those who signed up, the newest first',
      description: 'Who never confirmed their address is forgotten when the link expires.',
      permission: 'directory:read',
      log: null,
      params: nothing,
      query: z.strictObject({ application: z.string().optional(), state: state.optional(), ...pageQuery(limits) }),
      body: null,
      output: pageSchema(signUp),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const { database, site } = administration;
        const { application, state: wanted } = query;
        const page = await pageOf(
          administration,
          { list: ['sign-ups'], query, position: z.uuid() },
          (after, limit) => listSignUps(database, site.id, { application, state: wanted, after, limit }),
          ({ id }) => id,
        );
        return { ...page, items: page.items.map(({ applicationId: _, ...item }) => item) };
      },
    }),

    route({
      method: 'POST',
      path: '/sign-ups/{signUp}/approve',
      id: 'approveSignUp',
      tag: TAG,
      summary: 'Let somebody in who signed up',
      description:
        'Puts the user who has the address into the default groups of the role, or makes one who is in them. Seats are ' +
        'given as to anybody.',
      permission: 'directory:write',
      log: 'sign-up.approve',
      params: one,
      query: nothing,
      body: nothing,
      output: signUp,
      status: 200,
      problems: [
        NOT_FOUND,
        NOT_ALLOWED,
        DECIDED,
        NO_DEFAULT,
        problem(409, 'sign-up.ambiguous', 'Several users have the address.'),
        problem(409, 'user.user-name-taken', 'Another user has the address as their userName.'),
        problem(409, 'attribute.value-taken', 'Another user has a value that only one may have.'),
        problem(400, 'user.invalid', 'A name is not what the schema of users says.'),
        OUT_OF_SEATS,
      ],
      run: ({ params: { signUp: id } }, { administration }) => approve(administration, documents, id),
    }),

    route({
      method: 'POST',
      path: '/sign-ups/{signUp}/reject',
      id: 'rejectSignUp',
      tag: TAG,
      summary: 'Turn somebody away who signed up',
      description: 'They are not told, and may sign up once more.',
      permission: 'directory:write',
      log: 'sign-up.reject',
      params: one,
      query: nothing,
      body: nothing,
      output: signUp,
      status: 200,
      problems: [NOT_FOUND, DECIDED],
      run: ({ params: { signUp: id } }, { administration }) => reject(administration, id),
    }),
  ];
}
