export { createMailer, type Mailer } from './create-mailer.js';
export { mailEntities } from './entities.js';
export type { MailSettings } from './mail-settings.js';
export { forgetOldMails, lastMail } from './outbox.js';
export { momentText, plainLetter } from './plain-letter.js';
export { dropPendingMails, forgetMails, type MailContent, mailSealed, queueMail } from './queue-mail.js';
