import { z } from 'zod';
import { confirm, mailAddress, signUp } from '../../administration/index.js';
import type { DirectoryDocuments } from '../../directory/index.js';
import { personName } from '../invitations/invitation-schemas.js';
import { publicActor } from '../public-actor.js';
import { type Route, route } from '../route.js';
import { applicationParameter, nothing, OUT_OF_SEATS, problem } from '../shared/schemas.js';

const TAG = 'Sign-ups';
const { givenName, familyName } = personName;

/** What people do who want to use an application; they have no token. */
export function publicSignUpRoutes({ documents }: { readonly documents: DirectoryDocuments }): Route[] {
  return [
    route({
      method: 'POST',
      path: '/applications/{key}/sign-up',
      id: 'signUp',
      tag: TAG,
      summary: 'Sign up for an application',
      description:
        'Mails a link to the address, and nothing else happens before it is opened. The answer is the same whether ' +
        'there is such a user, and whether a mail was sent just now.',
      permission: 'public',
      log: 'sign-up.request',
      params: z.strictObject({ key: applicationParameter }),
      query: nothing,
      body: z.strictObject({
        address: mailAddress,
        givenName,
        familyName,
        site: z.string().max(63).default('default').describe('The key of the site that the application is of.'),
      }),
      output: null,
      status: 204,
      problems: [
        problem(404, 'sign-up.not-allowed', 'Nobody can sign up for it, or there is no such application.'),
        problem(403, 'sign-up.domain', 'Nobody can sign up with an address of this domain.'),
      ],
      async run({ params: { key: application }, body }, { services, correlationId }) {
        await signUp(services, (siteId) => publicActor({ siteId, userId: undefined, correlationId }), {
          ...body,
          application,
        });
        return undefined;
      },
    }),

    route({
      method: 'POST',
      path: '/sign-ups/confirm',
      id: 'confirmSignUp',
      tag: TAG,
      summary: 'Confirm the address of a sign-up',
      description:
        'For the page that the link of the mail opens; the token is what stands behind the `#`. It is good once.',
      permission: 'public',
      log: 'sign-up.confirm',
      params: nothing,
      query: nothing,
      body: z.strictObject({ token: z.string().max(200) }),
      output: z.strictObject({
        state: z
          .enum(['waiting', 'approved'])
          .describe('`waiting`: for an administrator; `approved`: the person is in.'),
      }),
      status: 200,
      problems: [
        problem(404, 'sign-up.invalid-token', 'It was used, sent anew, or never was.'),
        problem(409, 'sign-up.expired', 'Its time is over.'),
        problem(404, 'sign-up.not-found', 'It is forgotten.'),
        problem(404, 'sign-up.not-allowed', 'Nobody can sign up any more.'),
        problem(409, 'sign-up.ambiguous', 'Several users have the address.'),
        problem(409, 'application.no-default-group', 'The role has no default group any more.'),
        problem(409, 'user.user-name-taken', 'Another user has the address as their userName.'),
        problem(409, 'attribute.value-taken', 'Another user has a value that only one may have.'),
        problem(400, 'user.invalid', 'A name is not what the schema of users says.'),
        OUT_OF_SEATS,
      ],
      async run({ body: { token } }, { services, correlationId }) {
        const actorOf = (siteId: number) => publicActor({ siteId, userId: undefined, correlationId });
        return { state: await confirm(services, actorOf, documents, token) };
      },
    }),
  ];
}
