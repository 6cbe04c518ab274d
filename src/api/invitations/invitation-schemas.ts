import { z } from 'zod';
import { moment } from '../shared/schemas.js';
import { userState } from '../users/user-schemas.js';

const name = z.string().trim().min(1).max(200);

/** What a person is called. */
export const personName = {
  displayName: name.optional(),
  givenName: name.optional(),
  familyName: name.optional(),
};

export const invitationState = z
  .enum(['pending', 'accepted', 'revoked', 'expired'])
  .describe('`expired`: the user is deactivated, and is invited again when it is sent anew.');

const shown = {
  userId: z.uuid(),
  userName: z.string(),
  displayName: z.string().nullable(),
  userState,
  address: z.string().describe('Where it was sent.'),
  state: invitationState,
  invitedAt: moment,
  issuedAt: moment.describe('When it was last made or sent anew.'),
  expiresAt: moment,
  finishedAt: moment.nullable(),
  mail: z
    .strictObject({
      state: z.enum(['pending', 'sent', 'failed']),
      attempts: z.int(),
      error: z.string().nullable().describe('What the mail server said last.'),
    })
    .nullable()
    .describe('The last mail; null where none was to be sent, or it is forgotten.'),
};

export const invitation = z.strictObject(shown).meta({ title: 'Invitation' });

export const sentInvitation = z
  .strictObject({
    ...shown,
    link: z
      .string()
      .nullable()
      .describe('Where it is accepted, shown this once: there is no mail server. Null: it is on its way by mail.'),
  })
  .meta({ title: 'SentInvitation' });

export const revokedInvitation = z
  .strictObject({
    ...shown,
    became: z
      .enum(['deletion-scheduled', 'deactivated'])
      .describe('What became of the user: whom a connection knows is deactivated and not deleted.'),
  })
  .meta({ title: 'RevokedInvitation' });
