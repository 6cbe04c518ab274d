import { type MailContent, momentText, plainLetter } from '../mail/index.js';

interface Invited {
  readonly siteName: string;
  readonly url: string;
  readonly expiresAt: Date;
}

/** What an invited person reads. The name of the site is the operator's; nothing in it was chosen by others. */
export function invitationLetter({ siteName, url, expiresAt }: Invited): MailContent {
  return plainLetter({
    subject: `Invitation to ${siteName}`,
    before: `You are invited to ${siteName}.`,
    link: { words: 'Accept the invitation', url },
    after: [
      `The invitation is valid until ${momentText(expiresAt)} and can be used once.`,
      'If you did not expect it, you need not do anything.',
    ],
  });
}
