import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { type Config, loadConfig } from '../../src/config/index.js';
import { type Database, sql } from '../../src/database/index.js';
import { createMailer } from '../../src/mail/index.js';
import type { Secrets } from '../../src/secrets/index.js';

export interface ReceivedMail {
  readonly to: readonly string[];
  /** Headers and body, with the transfer encoding undone. */
  readonly text: string;
}

/** An SMTP server on this machine. */
export interface MailServer {
  readonly url: string;
  readonly received: ReceivedMail[];
  /** What it says to recipients from now on: a reply code, or nothing at all; 250 takes them. */
  answer(code: number | 'nothing'): void;
  /** Recipients that it was asked for, taken or not. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const asked: string[] = [];
  let answer: number | 'nothing' = 250;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 100,
    onRcptTo(address, _session, callback) {
      asked.push(address.address);
      if (answer === 'nothing') return;
      callback(answer === 250 ? null : Object.assign(new Error('not wanted'), { responseCode: answer }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ to, text: decoded(Buffer.concat(chunks).toString()) });
        callback();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    asked,
    answer(code) {
      answer = code;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Quoted-printable, RFC 2045 section 6.7. */
function decoded(text: string): string {
  return text
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Settings under which mails go to a server of a test, and failed ones come again at once. */
export function mailSettings(smtpUrl: string): Config['mail'] {
  return {
    ...loadConfig().mail,
    ...{ smtpUrl, from: 'Rollcall <rollcall@example.com>', allowPlainSmtp: true, retryFirstMilliseconds: 1 },
  };
}

/** Sends what is due, as a server does every second. */
export async function sendMails(
  { database, secrets }: { readonly database: Database; readonly secrets: Secrets },
  settings: Config['mail'],
): Promise<void> {
  const mailer = createMailer({ database, secrets, settings });
  await mailer?.tick();
  await mailer?.stop();
}

/** The token in the mail that is queued for an address and not sent yet. */
export async function queuedToken(
  { database, secrets }: { readonly database: Database; readonly secrets: Secrets },
  address: string,
): Promise<string> {
  const [mail] = await database.write<{ id: string; content: Buffer }>(sql`
    SELECT id, content FROM mails WHERE recipient = ${address} AND state = 'pending'`);
  if (mail === undefined) throw new Error(`no mail is queued for ${address}`);
  return tokenIn(secrets.open('mail', mail.content, mail.id).toString());
}

/** The token of a link. */
export function tokenIn(text: string): string {
  const token = /#(r[is]_[a-z0-9]{10}_[\w-]{43})/.exec(text)?.[1];
  if (token === undefined) throw new Error(`there is no token in: ${text}`);
  return token;
}
