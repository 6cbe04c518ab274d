import { z } from 'zod';
import { correctAddress, invite, mailAddress, readInvitation, resend, revoke } from '../../administration/index.js';
import type { DirectoryDocuments } from '../../directory/index.js';
import { listInvitations } from '../../invitations/index.js';
import { type PageLimits, pageOf, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { NO_APPLICATION, NO_ROLE, NO_USER, nothing, OUT_OF_SEATS, problem, userParameter } from '../shared/schemas.js';
import { invitation, invitationState, personName, revokedInvitation, sentInvitation } from './invitation-schemas.js';

const TAG = 'Invitations';
const params = z.strictObject({ user: userParameter });

/** More roles are no invitation. */
const MOST_ROLES = 100;

const NOT_INVITED = problem(404, 'invitation.not-found', 'The user was not invited.');
const ACCEPTED = problem(409, 'invitation.accepted', 'The person has accepted it already.');
const TOO_SOON = problem(409, 'invitation.too-soon', 'Another one was sent less than INVITATION_RESEND_SECONDS ago.');
const EXISTS = problem(409, 'invitation.user-exists', 'Somebody has the address already.');
const NAME_TAKEN = problem(409, 'user.user-name-taken', 'Another user has the address as their userName.');
const VALUE_TAKEN = problem(409, 'attribute.value-taken', 'Another user has a value that only one may have.');
const INVALID = problem(400, 'user.invalid', 'The address or a name is not what the schema of users says.');
const BAD_ADDRESS = problem(400, 'invitation.invalid-address', 'It is no e-mail address.');
const ACTIVE = problem(409, 'user.wrong-state', 'The user is active without the invitation.');

export interface InvitationRouteDependencies {
  readonly documents: DirectoryDocuments;
  readonly limits: PageLimits;
}

/** What administrators do about invitations. */
export function invitationRoutes({ documents, limits }: InvitationRouteDependencies): Route[] {
  return [
    route({
      method: 'POST',
      path: '/invitations',
      id: 'inviteUser',
      tag: TAG,
      summary: 'Invite a person by their address',
      description:
        'Makes a user in the state `invited`, in the default groups of the roles, and mails them a link that is good ' +
        'for INVITATION_EXPIRY_DAYS and for once. Without MAIL_SMTP_URL the link is in this answer instead. Whether ' +
        'invited people take seats is the setting INVITED_TAKE_SEATS.',
      permission: 'directory:write',
      log: 'invitation.create',
      params: nothing,
      query: nothing,
      body: z.strictObject({
        address: mailAddress,
        ...personName,
        roles: z
          .array(z.strictObject({ application: z.string(), role: z.string() }))
          .max(MOST_ROLES)
          .default([])
          .describe('Keys of applications and of their roles.'),
      }),
      output: sentInvitation,
      status: 201,
      problems: [
        BAD_ADDRESS,
        INVALID,
        EXISTS,
        NAME_TAKEN,
        VALUE_TAKEN,
        NO_APPLICATION,
        NO_ROLE,
        problem(409, 'application.no-default-group', 'A role has no default group to put the person into.'),
        OUT_OF_SEATS,
      ],
      run: ({ body }, { administration }) => invite(administration, documents, body),
    }),

    route({
      method: 'GET',
      path: '/invitations',
      id: 'listInvitations',
      tag: TAG,
      summary: 'Invitations, those of the newest users first',
      description: 'With what became of their mail: `state=pending` and a failed mail is an address that is wrong.',
      permission: 'directory:read',
      log: null,
      params: nothing,
      query: z.strictObject({ state: invitationState.optional(), ...pageQuery(limits) }),
      body: null,
      output: pageSchema(invitation),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const { database, site } = administration;
        const { state } = query;
        return pageOf(
          administration,
          { list: ['invitations'], query, position: z.uuid() },
          (after, limit) => listInvitations(database, site.id, { state, after, limit }),
          ({ userId }) => userId,
        );
      },
    }),

    route({
      method: 'GET',
      path: '/invitations/{user}',
      id: 'getInvitation',
      tag: TAG,
      summary: 'The invitation of a user',
      description: 'Never its token.',
      permission: 'directory:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: invitation,
      status: 200,
      problems: [
        NO_USER,
        NOT_INVITED,
        problem(409, 'user.name-not-unique', 'Several deleted users had the name: use an id.'),
      ],
      run: ({ params: { user } }, { administration }) => readInvitation(administration, user),
    }),

    route({
      method: 'POST',
      path: '/invitations/{user}/resend',
      id: 'resendInvitation',
      tag: TAG,
      summary: 'Send an invitation anew',
      description: 'With another link and another end; the one before is void. Also where it has expired.',
      permission: 'directory:write',
      log: 'invitation.resend',
      params,
      query: nothing,
      body: nothing,
      output: sentInvitation,
      status: 200,
      problems: [NO_USER, NOT_INVITED, ACCEPTED, TOO_SOON, ACTIVE, INVALID, OUT_OF_SEATS],
      run: ({ params: { user } }, { administration }) => resend(administration, documents, user),
    }),

    route({
      method: 'PUT',
      path: '/invitations/{user}/address',
      id: 'correctInvitation',
      tag: TAG,
      summary: 'Send an invitation to another address',
      description:
        'The user stays, with groups and access, and has the address in place of the wrong one. What was sent there is ' +
        'void. Also where it has expired.',
      permission: 'directory:write',
      log: 'invitation.correct',
      params,
      query: nothing,
      body: z.strictObject({ address: mailAddress }),
      output: sentInvitation,
      status: 200,
      problems: [
        NO_USER,
        NOT_INVITED,
        ACCEPTED,
        TOO_SOON,
        ACTIVE,
        BAD_ADDRESS,
        INVALID,
        EXISTS,
        NAME_TAKEN,
        VALUE_TAKEN,
        OUT_OF_SEATS,
      ],
      run: ({ params: { user }, body: { address } }, { administration }) =>
        correctAddress(administration, documents, user, address),
    }),

    route({
      method: 'POST',
      path: '/invitations/{user}/revoke',
      id: 'revokeInvitation',
      tag: TAG,
      summary: 'Take an invitation back',
      description: 'Its link is void and its seats are free. The user is deleted, and can be restored.',
      permission: 'directory:write',
      log: 'invitation.revoke',
      params,
      query: nothing,
      body: nothing,
      output: revokedInvitation,
      status: 200,
      problems: [
        NO_USER,
        NOT_INVITED,
        ACCEPTED,
        INVALID,
        problem(409, 'invitation.user-active', 'The user is active without the invitation.'),
      ],
      run: ({ params: { user } }, { administration }) => revoke(administration, documents, user),
    }),
  ];
}
