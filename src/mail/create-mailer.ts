import { createTransport, type NodemailerError } from 'nodemailer';
import type { Database } from '../database/index.js';
import type { Secrets } from '../secrets/index.js';
import type { MailSettings } from './mail-settings.js';
import { type ClaimedMail, claimMails, type MailAttempt, recordMails } from './outbox.js';
import { openMail } from './queue-mail.js';

/** Sends the mails of the outbox, beside any number of other processes that do. */
export interface Mailer {
  /** Sends what is due, each mail once, and writes down what became of it. @throws RollcallError `unavailable` */
  tick(): Promise<void>;
  /** Ends after what is being sent, which its own timeouts bound. */
  stop(): Promise<void>;
}

interface MailerDependencies {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly settings: MailSettings;
}

/** Longer than an attempt can take: then its process is gone, or has lost its way. */
const LEASE_MARGIN = 15_000;

/** Steps of a connection that each have the timeout of the setting: connect, greet, and answer for a moment each. */
const STEPS = 3;

/** @returns undefined where there is no server to give mails to */
export function createMailer({ database, secrets, settings }: MailerDependencies): Mailer | undefined {
  const { smtpUrl, from = '', timeoutMilliseconds: timeout, concurrency } = settings;
  if (smtpUrl === undefined) return undefined;
  const transport = createTransport({
    ...{ url: smtpUrl, pool: false, requireTLS: !settings.allowPlainSmtp },
    ...{ connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout, dnsTimeout: timeout },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  let stopped = false;
  let running: Promise<void> | undefined;

  async function send(claimed: ClaimedMail): Promise<MailAttempt> {
    try {
      const { recipient, content, id } = claimed;
      await transport.sendMail({
        ...openMail(secrets, id, content),
        from,
        to: { name: '', address: recipient },
        // The same at every attempt, so that a mail which came through unseen is known again.
        messageId: `<${id}@${domainOf(from)}>`,
        // RFC 3834: so that no vacation answers it.
        headers: { 'auto-submitted': 'auto-generated' },
      });
      return { claimed, outcome: 'sent', error: undefined };
    } catch (error) {
      return { claimed, outcome: isRefusal(error) ? 'refused' : 'failed', error: wordsOf(error) };
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const claimed = await claimMails(database, concurrency, STEPS * timeout + LEASE_MARGIN);
      await recordMails(database, await Promise.all(claimed.map(send)), settings);
      if (claimed.length < concurrency) return;
    }
  }

  return {
    tick() {
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },
    async stop() {
      stopped = true;
      await running?.catch(() => undefined);
      transport.close();
    },
  };
}

/** Refused for good by the server (RFC 5321 section 4.2.1), and not because it does not know us. */
function isRefusal(error: unknown): boolean {
  const { code, permanent } = error as NodemailerError;
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && permanent === true;
}

const LONGEST_ERROR = 500;

function wordsOf(error: unknown): string {
  const { code, message } = error as NodemailerError;
  const words = `${code === undefined ? '' : `${code}: `}${message ?? String(error)}`;
  return words.slice(0, LONGEST_ERROR);
}

function domainOf(from: string): string {
  return /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';
}
