import type { MailContent } from '../mail/index.js';

export interface Letter {
  readonly siteName: string;
  readonly url: string;
  readonly expiresAt: Date;
}

/** What an invited person reads. The name of the site is the operator's; nothing in it was chosen by others. */
export function invitationLetter({ siteName, url, expiresAt }: Letter): MailContent {
  const until = `${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const site = siteName.replace(/\s+/g, ' ');
  const invited = `You are invited to ${site}.`;
  const valid = `The invitation is valid until ${until} and can be used once.`;
  const ignore = 'If you did not expect it, you need not do anything.';
  return {
    subject: `Invitation to ${site}`,
    text: `${invited}\n\nTo accept, open this address:\n${url}\n\n${valid}\n${ignore}\n`,
    html:
      `<p>${escaped(invited)}</p><p><a href="${escaped(url)}">Accept the invitation</a></p>` +
      `<p>${escaped(valid)}<br>${escaped(ignore)}</p>`,
  };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
