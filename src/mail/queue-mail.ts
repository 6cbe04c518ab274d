import { type Sql, sql } from '../database/index.js';
import { newObjectId } from '../directory/index.js';
import type { SealedColumn, Secrets } from '../secrets/index.js';

export type MailKind = 'invitation' | 'sign-up';

/** What a recipient reads. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface NewMail extends MailContent {
  readonly siteId: number;
  /** The id of whom or what it is about; a later mail about the same takes the place of one that is not sent yet. */
  readonly subjectId: string;
  readonly kind: MailKind;
  /** One address. */
  readonly recipient: string;
}

/** The statements that queue a mail, for the transaction that has something to say. */
export function queueMail(secrets: Secrets, { siteId, subjectId, kind, recipient, ...content }: NewMail): Sql[] {
  const id = newObjectId();
  const { subject, text, html } = content;
  const sealed = secrets.seal('mail', Buffer.from(JSON.stringify({ subject, text, html })), id);
  return [
    dropPendingMails(siteId, [subjectId]),
    sql`
      INSERT INTO mails (site_id, id, subject_id, kind, recipient, content)
      VALUES (${siteId}, ${id}, ${subjectId}, ${kind}, ${recipient}, ${sealed})`,
  ];
}

/** @throws RollcallError `secrets.cannot-open` */
export function openMail(secrets: Secrets, id: string, sealed: Buffer): MailContent {
  // what queueMail wrote
  return JSON.parse(secrets.open('mail', sealed, id).toString()) as MailContent;
}

/** Takes back what is not sent yet: what stands in it is no longer so. */
export function dropPendingMails(siteId: number, subjectIds: readonly string[]): Sql {
  return sql`
    DELETE FROM mails WHERE site_id = ${siteId} AND subject_id = ANY (${subjectIds}::uuid[]) AND state = 'pending'`;
}

/** Everything about people who are erased. */
export function forgetMails(siteId: number, subjectIds: readonly string[]): Sql {
  return sql`DELETE FROM mails WHERE site_id = ${siteId} AND subject_id = ANY (${subjectIds}::uuid[])`;
}

/** Where mails lie that are to be sent; another one is queued by whoever asks for it again. */
export const mailSealed: readonly SealedColumn[] = [
  { table: 'mails', column: 'content', purpose: 'mail', belongsTo: 'id::text', mend: undefined },
];
