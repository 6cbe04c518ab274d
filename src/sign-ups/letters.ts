import { type MailContent, momentText, plainLetter } from '../mail/index.js';

interface Signing {
  readonly siteName: string;
  readonly applicationName: string;
  readonly url: string;
  readonly expiresAt: Date;
}

/** Whoever reads it may not be who signed up, so that nothing in it was chosen by them. */
export function confirmationLetter({ siteName, applicationName, url, expiresAt }: Signing): MailContent {
  return plainLetter({
    subject: `Confirm your address for ${applicationName}`,
    before: `Somebody signed up for ${applicationName} at ${siteName} with this address.`,
    link: { words: 'Confirm that it was you', url },
    after: [
      `The link is valid until ${momentText(expiresAt)} and can be used once.`,
      'If it was not you, you need not do anything.',
    ],
  });
}

/** An administrator has let somebody in. */
export function admissionLetter({ siteName, applicationName }: Omit<Signing, 'url' | 'expiresAt'>): MailContent {
  return plainLetter({
    subject: `You can use ${applicationName}`,
    before: `Your sign-up for ${applicationName} at ${siteName} is approved.`,
    after: [],
  });
}
