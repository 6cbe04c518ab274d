import { type DirectoryDocuments, findSite } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import {
  correctInvitation,
  type Invitation,
  type Inviting,
  type IssuedInvitation,
  inviteUser,
  listInvitations,
  type RevokedUser,
  resendInvitation,
  revokeInvitation,
} from '../invitations/index.js';
import type { Administration } from './administration.js';
import { addressDocument, keptUser, type PersonName, readdressedUser } from './invited-documents.js';
import { requireAnyUser, requireRole, requireUser } from './lookup.js';
import { requireMailAddress } from './mail-address.js';

/** Whom to invite, and to what. */
export interface InvitationTerms extends PersonName {
  readonly address: string;
  readonly roles: readonly { readonly application: string; readonly role: string }[];
}

/** An invitation that was made or sent anew. */
export interface SentInvitation extends Invitation {
  /** Where it is accepted; null where it is on its way by mail. Shown this once. */
  readonly link: string | null;
}

/** Invites a person. @throws RollcallError `invitation.*`, `application.*`, `user.*`, `licence.out-of-seats` */
export async function invite(
  administration: Administration,
  documents: DirectoryDocuments,
  { address: text, roles, ...name }: InvitationTerms,
): Promise<SentInvitation> {
  const address = requireMailAddress(text);
  const { change, actor } = administration;
  const roleIds: string[] = [];
  for (const { application, role } of roles) {
    roleIds.push((await requireRole(administration, application, role)).id);
  }
  const user = documents.newUser(addressDocument(address, name));
  const inviting = await invitingOf(administration);
  const request = { action: 'invitation.create', objectType: 'User' } as const;
  const issued = await change.run(actor, request, () => inviteUser(actor, inviting, { user, address, roleIds }));
  return sent(administration, issued);
}

/** Sends an invitation anew. @throws RollcallError `invitation.*`, `user.*`, `licence.out-of-seats` */
export async function resend(
  administration: Administration,
  documents: DirectoryDocuments,
  idOrUserName: string,
): Promise<SentInvitation> {
  const { change, actor } = administration;
  const { id } = await requireUser(administration, idOrUserName);
  const inviting = await invitingOf(administration);
  const request = { action: 'invitation.resend', objectType: 'User', objectId: id } as const;
  const issued = await change.run(actor, request, () => resendInvitation(actor, inviting, id, keptUser(documents)));
  return sent(administration, issued);
}

/** Sends an invitation to another address. @throws RollcallError `invitation.*`, `user.*`, `licence.out-of-seats` */
export async function correctAddress(
  administration: Administration,
  documents: DirectoryDocuments,
  idOrUserName: string,
  text: string,
): Promise<SentInvitation> {
  const address = requireMailAddress(text);
  const { change, actor } = administration;
  const { id: userId } = await requireUser(administration, idOrUserName);
  const inviting = await invitingOf(administration);
  const edit = readdressedUser(documents, address);
  const request = { action: 'invitation.correct', objectType: 'User', objectId: userId } as const;
  const issued = await change.run(actor, request, () => correctInvitation(actor, inviting, { userId, address }, edit));
  return sent(administration, issued);
}

/** Takes an invitation back. @throws RollcallError `invitation.*`, `user.not-found` */
export async function revoke(
  administration: Administration,
  documents: DirectoryDocuments,
  idOrUserName: string,
): Promise<Invitation & { readonly became: RevokedUser }> {
  const { database, change, actor } = administration;
  const { id } = await requireUser(administration, idOrUserName);
  const request = { action: 'invitation.revoke', objectType: 'User', objectId: id } as const;
  const became = await change.run(actor, request, () => revokeInvitation(database, actor, id, keptUser(documents)));
  return { ...(await requireInvitation(administration, id)), became };
}

/** The invitation of a user. @throws RollcallError `user.not-found`, `invitation.not-found` */
export async function readInvitation(administration: Administration, idOrUserName: string): Promise<Invitation> {
  const { id } = await requireAnyUser(administration, idOrUserName);
  return requireInvitation(administration, id);
}

async function requireInvitation({ database, site }: Administration, userId: string): Promise<Invitation> {
  const [invitation] = await listInvitations(database, site.id, { userId, limit: 1 });
  if (invitation !== undefined) return invitation;
  throw new RollcallError('not-found', 'invitation.not-found', 'The user was not invited.');
}

async function sent(administration: Administration, { userId, link }: IssuedInvitation): Promise<SentInvitation> {
  return { ...(await requireInvitation(administration, userId)), link: link ?? null };
}

async function invitingOf({ config, database, secrets, site }: Administration): Promise<Inviting> {
  const { invitations, mail, server } = config;
  return {
    secrets,
    siteName: (await findSite(database, site.key)).name,
    acceptUrl: invitations.url ?? `${server.publicUrl}/invitation`,
    expiryDays: invitations.expiryDays,
    resendSeconds: invitations.resendSeconds,
    sendsMail: mail.smtpUrl !== undefined,
  };
}
