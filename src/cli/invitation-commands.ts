import { Option } from 'commander';
import {
  correctAddress,
  type InvitationTerms,
  invite,
  readInvitation,
  resend,
  revoke,
  type SentInvitation,
} from '../administration/index.js';
import { type Invitation, type InvitationState, listInvitations } from '../invitations/index.js';
import { loadDocuments } from './load-documents.js';
import { type Answer, fields, table } from './output.js';
import { parseCount } from './parse-number.js';
import { type NamedRole, parseRole } from './parse-role.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';

const STATES: readonly InvitationState[] = ['pending', 'accepted', 'revoked', 'expired'];

interface CreateOptions extends SiteOptions, Omit<InvitationTerms, 'address' | 'roles'> {
  readonly role?: readonly NamedRole[];
}

interface ListOptions extends SiteOptions {
  readonly state?: InvitationState;
  readonly limit: number;
}

/** `rollcall invitation create | list | show | resend | correct | revoke` */
export const invitationCommands: Register = (group, session) => {
  siteCommand(group, 'create', 'invite a person by their address')
    .argument('<address>')
    .option('--role <application/role>', 'put them into the default groups of this role; repeatable', parseRole)
    .option('--display-name <name>', 'what they are called')
    .option('--given-name <name>', 'their given name')
    .option('--family-name <name>', 'their family name')
    .action((address: string, { role: roles = [], ...options }: CreateOptions) =>
      session.answerInSite(options, async (services) => {
        const { displayName, givenName, familyName } = options;
        const documents = await loadDocuments(services.config);
        const terms = { address, displayName, givenName, familyName, roles };
        return sentAnswer(await invite(services, documents, terms));
      }),
    );

  siteCommand(group, 'list', 'list invitations, those of the newest users first')
    .addOption(new Option('--state <state>', 'in this state').choices(STATES))
    .option('--limit <number>', 'how many at most', parseCount(10_000), 100)
    .action((options: ListOptions) => list(session, options));

  siteCommand(group, 'show', 'show the invitation of a user, and what became of the mail')
    .argument('<id|userName>')
    .action((user: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => answerOf(await readInvitation(services, user))),
    );

  siteCommand(group, 'resend', 'send an invitation anew; the link before is void')
    .argument('<id|userName>')
    .action((user: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) =>
        sentAnswer(await resend(services, await loadDocuments(services.config), user)),
      ),
    );

  siteCommand(group, 'correct', 'send an invitation to another address; the user stays as they are')
    .argument('<id|userName>')
    .argument('<address>')
    .action((user: string, address: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) =>
        sentAnswer(await correctAddress(services, await loadDocuments(services.config), user, address)),
      ),
    );

  siteCommand(group, 'revoke', 'take an invitation back; the user is deleted and can be restored')
    .argument('<id|userName>')
    .action((user: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        const { became, ...invitation } = await revoke(services, await loadDocuments(services.config), user);
        const text = () => `The invitation of ${invitation.userName} is taken back; the user is ${became}.`;
        return { json: { ...invitation, became }, text };
      }),
    );
};

function list(session: Session, { state, limit, ...options }: ListOptions): Promise<void> {
  return session.answerInSite(options, async ({ database, site }) => {
    // One more than shown tells whether there are more.
    const found = await listInvitations(database, site.id, { state, limit: limit + 1 });
    const invitations = found.slice(0, limit);
    const more = found.length > limit;
    const rows = invitations.map((one) => [one.userName, one.address, one.state, mailText(one), one.expiresAt]);
    const text = () => table(['USERNAME', 'ADDRESS', 'STATE', 'MAIL', 'EXPIRES'], rows, 'There is no such invitation.');
    return {
      json: { invitations, more },
      text: () => (more ? `${text()}\nThere are more: use --state, or a higher --limit.` : text()),
    };
  });
}

function sentAnswer({ link, ...invitation }: SentInvitation): Answer {
  const { text } = answerOf(invitation);
  const next =
    link === null
      ? 'The invitation is on its way by mail.'
      : `There is no mail server (MAIL_SMTP_URL). Pass this link on; it is shown this once and good for once:\n${link}`;
  return { json: { ...invitation, link }, text: () => `${text()}\n\n${next}` };
}

function answerOf(invitation: Invitation): Answer {
  const { userName, userId, userState, address, state, invitedAt, issuedAt, expiresAt } = invitation;
  return {
    json: invitation,
    text: () =>
      fields({
        User: `${userName} (${userState})`,
        Id: userId,
        Address: address,
        State: state,
        Invited: invitedAt,
        'Last sent': issuedAt,
        Expires: expiresAt,
        Mail: mailText(invitation),
      }),
  };
}

function mailText({ mail }: Invitation): string {
  if (mail === null) return 'none';
  return mail.error === null ? mail.state : `${mail.state}: ${mail.error}`;
}
