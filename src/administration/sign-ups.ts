import type { CommandSource } from '../change/index.js';
import type { Actor, DirectoryDocuments } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { findApplication } from '../licensing/index.js';
import {
  type Admission,
  admitSignUp,
  allowSignUp,
  type ConfirmedSignUp,
  confirmSignUp,
  disallowSignUp,
  type FoundRule,
  findBySignUpToken,
  findRule,
  findSignUp,
  type NewSignUp,
  notAllowed,
  rejectSignUp,
  requestSignUp,
  requireDomain,
  type SignUp,
  type SignUpRule,
} from '../sign-ups/index.js';
import type { Administration } from './administration.js';
import { addressDocument } from './invited-documents.js';
import { requireRole } from './lookup.js';

type Services = Omit<Administration, 'site' | 'actor'>;

/** A sign-up as administrators see it. */
export type ShownSignUp = Omit<SignUp, 'applicationId'>;

/** Lets people sign up. @throws RollcallError `sign-up.no-mail`, `sign-up.domains`, `application.*` */
export async function allow(administration: Administration, key: string, wanted: SignUpRule): Promise<SignUpRule> {
  const { change, actor, config, database, site } = administration;
  if (config.mail.smtpUrl === undefined) {
    const message = 'Sign-ups need a mail server, by which people confirm their address: set MAIL_SMTP_URL.';
    throw new RollcallError('conflict', 'sign-up.no-mail', message);
  }
  const application = await findApplication(database, site.id, key);
  const { id: roleId } = await requireRole(administration, key, wanted.role);
  const request = { action: 'sign-up.allow', objectType: 'Application', objectId: application.id } as const;
  return change.run(actor, request, () => allowSignUp(actor, application, { ...wanted, roleId }));
}

/** @throws RollcallError `application.not-found`, `sign-up.not-allowed` */
export async function disallow({ change, actor, database, site }: Administration, key: string): Promise<void> {
  const application = await findApplication(database, site.id, key);
  const request = { action: 'sign-up.disallow', objectType: 'Application', objectId: application.id } as const;
  await change.run(actor, request, () => disallowSignUp(actor, application));
}

/** @throws RollcallError `sign-up.not-allowed` */
export async function readRule({ database, site }: Administration, key: string): Promise<SignUpRule> {
  const { role, domains, approval } = await findRule(database, site.key, key);
  return { role, domains, approval };
}

/** Lets somebody in who waits. @throws RollcallError `sign-up.*`, `application.*`, `user.*`, `licence.out-of-seats` */
export async function approve(
  administration: Administration,
  documents: DirectoryDocuments,
  id: string,
): Promise<ShownSignUp> {
  const { change, actor, database, site } = administration;
  const signUp = await findSignUp(database, site.id, id);
  const rule = await findRule(database, site.key, signUp.application);
  const request = { action: 'sign-up.approve', objectType: 'User' } as const;
  await change.run(actor, request, admitting(administration, actor, { documents, signUp, rule, token: undefined }));
  return shown(await findSignUp(database, site.id, id));
}

/** Turns somebody away who waits. @throws RollcallError `sign-up.not-found`, `sign-up.decided` */
export async function reject({ change, actor, database, site }: Administration, id: string): Promise<ShownSignUp> {
  const signUp = await findSignUp(database, site.id, id);
  const request = { action: 'sign-up.reject', objectType: 'Application', objectId: signUp.applicationId } as const;
  await change.run(actor, request, () => rejectSignUp(actor, signUp));
  return shown(await findSignUp(database, site.id, id));
}

/** Somebody signs up, who has shown nothing yet. @throws RollcallError `sign-up.not-allowed`, `sign-up.domain` */
export async function signUp(
  { database, change, secrets, config }: Services,
  actorOf: (siteId: number) => Actor,
  { site, application, ...wanted }: NewSignUp & { readonly site: string; readonly application: string },
): Promise<void> {
  const { mail, invitations, server } = config;
  if (mail.smtpUrl === undefined) throw notAllowed();
  const rule = await findRule(database, site, application);
  requireDomain(rule, wanted.address);
  const actor = actorOf(rule.siteId);
  const signingUp = {
    ...{ secrets, expiryDays: invitations.expiryDays, resendSeconds: invitations.resendSeconds },
    confirmUrl: invitations.url ?? `${server.publicUrl}/invitation`,
  };
  const request = { action: 'sign-up.request', objectType: 'Application', objectId: rule.applicationId } as const;
  await change.run(actor, request, () => requestSignUp(actor, signingUp, rule, wanted));
}

/**
 * Somebody confirms their address, and is in, or waits for an administrator where the rule says so.
 * @throws RollcallError `sign-up.invalid-token`, `sign-up.expired`; as approve
 */
export async function confirm(
  services: Services,
  actorOf: (siteId: number) => Actor,
  documents: DirectoryDocuments,
  text: string,
): Promise<'waiting' | 'approved'> {
  const { database, change } = services;
  const token = await findBySignUpToken(database, text);
  const actor = actorOf(token.siteId);
  if (token.approval) {
    const request = { action: 'sign-up.confirm', objectType: 'Application', objectId: token.applicationId } as const;
    await change.run(actor, request, () => confirmSignUp(actor, token));
    return 'waiting';
  }
  const found = await findSignUp(database, token.siteId, token.id);
  const rule = await findRule(database, token.siteKey, found.application);
  const request = { action: 'sign-up.approve', objectType: 'User' } as const;
  await change.run(actor, request, admitting(services, actor, { documents, signUp: found, rule, token }));
  return 'approved';
}

interface Admitting {
  readonly documents: DirectoryDocuments;
  readonly signUp: SignUp;
  readonly rule: FoundRule;
  readonly token: ConfirmedSignUp | undefined;
}

/** Made again where somebody else takes the address meanwhile. */
function admitting(
  { database, secrets, config }: Services,
  actor: Actor,
  { documents, signUp: found, rule, token }: Admitting,
): CommandSource<string> {
  const { siteName, applicationName, roleId } = rule;
  const { address, givenName, familyName } = found;
  const name = { givenName: givenName ?? undefined, familyName: familyName ?? undefined };
  const user = documents.newUser(addressDocument(address, name));
  // Whoever is in at once has the page that says so.
  const tells = token === undefined && config.mail.smtpUrl !== undefined;
  const letter: Admission['letter'] = tells ? { secrets, siteName, applicationName } : undefined;
  return () => admitSignUp(database, actor, { signUp: found, user, roleId, token, letter });
}

function shown({ applicationId: _, ...rest }: SignUp): ShownSignUp {
  return rest;
}
