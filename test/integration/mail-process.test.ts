import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { ensureDefaultSite } from '../../src/directory/index.js';
import { createSecrets } from '../../src/secrets/index.js';
import { compose, createCli } from '../support/cli.js';
import { freePort } from '../support/free-port.ts';
import { type MailServer, startMailServer, tokenIn } from '../support/mail-server.js';
import { createServerProcesses } from '../support/server-processes.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const key = randomBytes(32);
const processes = createServerProcesses();
const before = { ...process.env };
let test: TestDatabase;
let mails: MailServer;
let port: number;

beforeAll(async () => {
  test = await createTestDatabase();
  mails = await startMailServer();
  port = await freePort();
  Object.assign(process.env, {
    ...{ DATABASE_URL: test.url, MAIL_SMTP_URL: mails.url, MAIL_FROM: 'rollcall@example.com' },
    ...{ MAIL_ALLOW_PLAIN_SMTP: 'true', MAIL_RETRY_FIRST_MILLISECONDS: '1', PORT: String(port) },
    ...{ SECRET_KEY: key.toString('base64'), LOG_LEVEL: 'silent' },
  });
});
afterAll(async () => {
  processes.killAll();
  process.env = before;
  await mails.close();
  await test.drop();
});

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
}

it('what nobody sent before the process was killed is sent by the next, and is good', async () => {
  await ensureDefaultSite(test.database);
  const cli = createCli(compose({ secrets: createSecrets(key) }));
  // The command has committed and is over; nothing was sent yet.
  const { userId } = await cli.json<{ userId: string }>('invitation', 'create', 'ann@example.com');
  expect(mails.asked).toEqual([]);

  mails.answer('nothing');
  const killed = processes.serve({});
  await until(() => mails.asked.length === 1);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  // Its lease would end by itself.
  await test.database.write(sql`UPDATE mails SET leased_until = now()`);

  mails.answer(250);
  processes.serve({});
  await until(() => mails.received.length === 1);
  expect(mails.received[0]?.to).toEqual(['ann@example.com']);
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: tokenIn(mails.received[0]?.text ?? '') }),
  });
  expect([response.status, await response.json()]).toEqual([200, { userName: 'ann@example.com', state: 'active' }]);
  await until(async () => {
    const shown = await cli.json<{ mail: { state: string } }>('invitation', 'show', userId);
    return shown.mail.state === 'sent';
  });
}, 60_000);
