import type { MailContent } from './queue-mail.js';

/** A mail of a few lines and one link. None of its texts may be chosen by strangers. */
export interface Letter {
  readonly subject: string;
  readonly before: string;
  readonly link?: { readonly words: string; readonly url: string } | undefined;
  readonly after: readonly string[];
}

/** The same as text and as HTML. */
export function plainLetter({ subject, before, link, after }: Letter): MailContent {
  const end = after.length === 0 ? '' : `\n${after.join('\n')}\n`;
  return {
    subject: subject.replace(/\s+/g, ' '),
    text: `${before}\n${link === undefined ? '' : `\n${link.words}:\n${link.url}\n`}${end}`,
    html:
      `<p>${escaped(before)}</p>` +
      (link === undefined ? '' : `<p><a href="${escaped(link.url)}">${escaped(link.words)}</a></p>`) +
      (after.length === 0 ? '' : `<p>${after.map(escaped).join('<br>')}</p>`),
  };
}

/** `2027-03-01 09:30 UTC` */
export function momentText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
