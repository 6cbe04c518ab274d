import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/index.js';
import { sql } from '../../src/database/index.js';
import { listLog } from '../../src/log/index.js';
import { forgetOldSignUps } from '../../src/sign-ups/index.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';
import { createCli, urlOf } from '../support/cli.js';
import {
  type MailServer,
  mailSettings,
  queuedToken,
  sendMails,
  startMailServer,
  tokenIn,
} from '../support/mail-server.js';

const INVITATIONS = { ...loadConfig().invitations, resendSeconds: 0 };

let mails: MailServer;
let server: ApiServer;
let api: ProgramClient;
let group: string;
let people = 0;

beforeAll(async () => {
  mails = await startMailServer();
  server = await startApiServer({
    limits: { publicRequests: 100_000 },
    settings: { mail: mailSettings(mails.url), invitations: INVITATIONS },
  });
  api = await server.program();
  await server.application({ key: 'wiki', name: 'Wiki', licence: { seats: 1000, policy: 'wait' } });
  ({ id: group } = await api.done('POST', '/groups', { displayName: 'Wiki users' }));
  await api.done('PUT', `/applications/wiki/roles/user/default-groups/${group}`);
  await rule({});
});
afterAll(async () => {
  await server.close();
  await mails.close();
});

function rule(different: object) {
  const wanted = { role: 'user', domains: ['Example.com'], approval: true, ...different };
  return api.done('PUT', '/applications/wiki/sign-up-rule', wanted);
}

const ask = (body: object, key = 'wiki') => server.send('POST', `/api/v1/applications/${key}/sign-up`, { body });

/** Somebody new signs up; their address. */
async function signUp(body: object = {}): Promise<string> {
  people += 1;
  const address = `p${people}@example.com`;
  expect((await ask({ address, ...body })).status).toBe(204);
  return address;
}

const confirm = (token: string) => server.send('POST', '/api/v1/sign-ups/confirm', { body: { token } });
const tokenOf = (address: string) => queuedToken(server.server, address);
const waiting = async () => (await api.done('GET', '/sign-ups?state=waiting')).items;

/** Somebody who has confirmed their address; the id of the sign-up. */
async function confirmed(address: string): Promise<string> {
  expect((await confirm(await tokenOf(address))).body).toEqual({ state: 'waiting' });
  return (await waiting()).find((one: { address: string }) => one.address === address).id;
}

describe('a sign-up', () => {
  it('does nothing before the address is confirmed, and nobody is in before somebody approves', async () => {
    const address = await signUp({ givenName: 'Ann', familyName: 'Example' });
    expect((await api.request('GET', `/users/${address}`)).status).toBe(404);
    await sendMails(server.server, server.server.config.mail);
    const mail = mails.received.find(({ to }) => to.includes(address));
    expect(mail?.text).toContain('Subject: Confirm your address for Wiki');
    expect(mail?.text).not.toContain('Ann');
    expect((await confirm(tokenIn(mail?.text ?? ''))).body).toEqual({ state: 'waiting' });
    expect((await api.request('GET', `/users/${address}`)).status).toBe(404);

    const [{ id }] = (await waiting()).filter((one: { address: string }) => one.address === address);
    const approved = await api.done('POST', `/sign-ups/${id}/approve`, {});
    expect(approved).toMatchObject({ state: 'approved', application: 'wiki', address });
    expect(await api.done('GET', `/users/${address}`)).toMatchObject({
      id: approved.userId,
      state: 'active',
      attributes: { name: { givenName: 'Ann', familyName: 'Example' } },
      groups: [{ id: group, direct: true }],
      entitlements: [{ application: 'wiki', role: 'user' }],
    });
    await sendMails(server.server, server.server.config.mail);
    expect(mails.received.at(-1)).toMatchObject({ to: [address], text: expect.stringContaining('You can use Wiki') });
  });

  it('of somebody who is there puts them into the group, and two approvals make one person', async () => {
    const { id: userId } = await api.done('POST', '/users', {
      userName: 'ben',
      emails: [{ value: 'Ben@Example.com' }],
    });
    expect((await ask({ address: 'ben@example.com' })).status).toBe(204);
    const id = await confirmed('ben@example.com');
    const answers = await Promise.all([0, 1, 2].map(() => api.request('POST', `/sign-ups/${id}/approve`, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect((await api.done('GET', `/users/${userId}`)).groups).toHaveLength(1);

    const fresh = await confirmed(await signUp());
    const made = await Promise.all([0, 1, 2].map(() => api.request('POST', `/sign-ups/${fresh}/approve`, {})));
    expect(made.map(({ status, body }) => [status, body.code]).sort()).toEqual([
      [200, undefined],
      [409, 'sign-up.decided'],
      [409, 'sign-up.decided'],
    ]);
  });

  it('lets people in at once where nobody has to approve', async () => {
    await rule({ approval: false });
    const address = await signUp();
    const token = await tokenOf(address);
    const answers = await Promise.all([confirm(token), confirm(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect((await api.done('GET', `/users/${address}`)).groups).toHaveLength(1);
    await rule({});
  });

  it('that is rejected makes nobody, is decided, and may be made once more', async () => {
    const address = await signUp();
    const id = await confirmed(address);
    expect((await api.done('POST', `/sign-ups/${id}/reject`, {})).state).toBe('rejected');
    for (const decision of ['approve', 'reject']) {
      expect((await api.request('POST', `/sign-ups/${id}/${decision}`, {})).body.code).toBe('sign-up.decided');
    }
    expect((await api.request('GET', `/users/${address}`)).status).toBe(404);
    expect((await ask({ address })).status).toBe(204);
    expect(await confirmed(address)).not.toBe(id);
  });

  it('says the same to everybody who asks, and mails nobody who waits or was mailed just now', async () => {
    const address = await signUp();
    const first = await tokenOf(address);
    await Promise.all([ask({ address }), ask({ address: address.toUpperCase() })]);
    const kept = await server.server.database.write(sql`SELECT 1 FROM sign_ups WHERE address_key = ${address}`);
    expect(kept).toHaveLength(1);
    expect((await confirm(first)).body.code).toBe('sign-up.invalid-token');
    const { database } = server.server;
    const [last] = await database.write<{ recipient: string }>(sql`
      SELECT recipient FROM mails WHERE lower(recipient) = ${address} AND state = 'pending'`);
    expect((await confirm(await tokenOf(last?.recipient ?? ''))).body).toEqual({ state: 'waiting' });
    expect((await ask({ address })).status).toBe(204);
    const queued = await database.write(sql`
      SELECT 1 FROM mails WHERE lower(recipient) = ${address} AND state = 'pending' AND content IS NOT NULL`);
    expect(queued).toEqual([]);
  });

  it('is refused for another domain, where nobody may, and where there is no mail', async () => {
    for (const [body, key, status, code] of [
      [{ address: 'a@example.org' }, 'wiki', 403, 'sign-up.domain'],
      [{ address: 'a@sub.example.com' }, 'wiki', 403, 'sign-up.domain'],
      [{ address: 'a@example.com' }, 'none', 404, 'sign-up.not-allowed'],
      [{ address: 'a@example.com', site: 'none' }, 'wiki', 404, 'sign-up.not-allowed'],
      [{ address: 'a@example.com, b@example.com' }, 'wiki', 400, 'request.invalid'],
    ] as const) {
      const answer = await ask(body, key);
      expect([body, answer.status, answer.body.code]).toEqual([body, status, code]);
    }
    const silent = await startApiServer();
    try {
      await silent.application({ key: 'wiki' });
      const wanted = { role: 'user', domains: ['example.com'], approval: true };
      const { body } = await (await silent.program()).request('PUT', '/applications/wiki/sign-up-rule', wanted);
      expect(body.code).toBe('sign-up.no-mail');
    } finally {
      await silent.close();
    }
  });

  it('expires and is forgotten; a forged token is no other than one that never was', async () => {
    const address = await signUp();
    const token = await tokenOf(address);
    const { database } = server.server;
    const forged = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    for (const wrong of ['', forged, token.replace('rs_', 'ri_')]) {
      expect((await confirm(wrong)).body.code).toBe('sign-up.invalid-token');
    }
    await database.write(sql`UPDATE sign_ups SET expires_at = now() WHERE address = ${address}`);
    expect((await confirm(token)).body.code).toBe('sign-up.expired');
    await forgetOldSignUps(database, 90);
    const left = await database.write(sql`
      SELECT 1 FROM sign_ups WHERE address = ${address} UNION ALL SELECT 1 FROM mails WHERE recipient = ${address}`);
    expect(left).toEqual([]);
  });

  it('leaves no address in the log before there is a user, and nothing at all once they are erased', async () => {
    const address = await signUp();
    const id = await confirmed(address);
    const { database, siteId } = server.server;
    for (const action of ['sign-up.request', 'sign-up.confirm']) {
      const entries = await listLog(database, { siteId, action, limit: 50 });
      expect(entries.length).toBeGreaterThan(0);
      expect(JSON.stringify(entries)).not.toContain('@example.com');
    }
    const { userId } = await api.done('POST', `/sign-ups/${id}/approve`, {});
    const { body } = await api.request('DELETE', `/users/${userId}`);
    await api.done('DELETE', `/users/${userId}?confirmation=${body.confirmation}`);
    await api.done('POST', `/users/${userId}/purge`, { confirm: true });
    const left = await database.write(sql`
      SELECT 1 FROM sign_ups WHERE address = ${address} UNION ALL SELECT 1 FROM mails WHERE recipient = ${address}`);
    expect(left).toEqual([]);
  });
});

describe('rollcall sign-up', () => {
  const cli = createCli();
  const before = { ...process.env };
  beforeAll(async () => {
    process.env.DATABASE_URL = await urlOf(server.server.database);
    process.env.MAIL_SMTP_URL = mails.url;
    process.env.MAIL_FROM = 'rollcall@example.com';
  });
  afterAll(() => {
    process.env = before;
  });

  it('allow, list, reject, disallow', async () => {
    const allowed = await cli.run('sign-up', 'allow', 'wiki', '--role', 'user', '--domain', 'example.com');
    expect(allowed.out).toMatch(/^Domains +example\.com$/m);
    const id = await confirmed(await signUp());
    expect((await cli.run('sign-up', 'list', '--state', 'waiting')).out).toContain(id);
    expect((await cli.run('sign-up', 'reject', id)).out).toMatch(/@example\.com is rejected for wiki/);
    expect((await cli.run('sign-up', 'disallow', 'wiki')).out).toContain('Nobody can sign up for wiki');
    expect((await cli.run('sign-up', 'show', 'wiki')).error).toContain('sign-up.not-allowed');
    expect((await ask({ address: 'late@example.com' })).body.code).toBe('sign-up.not-allowed');
    const wrong = await cli.run('sign-up', 'allow', 'wiki', '--role', 'user', '--domain', '@example.com');
    expect([wrong.code, wrong.error]).toEqual([1, expect.stringContaining('sign-up.domains')]);
  });
});
