import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { namedUser } from '../../src/administration/index.js';
import { publicActor } from '../../src/api/public-actor.js';
import { loadConfig } from '../../src/config/index.js';
import { sql } from '../../src/database/index.js';
import { acceptInvitation, findByToken } from '../../src/invitations/index.js';
import { createLifeCycle } from '../../src/life-cycle.js';
import { listLog } from '../../src/log/index.js';
import { CORE_TYPES, createDirectoryDocuments } from '../../src/scim/index.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';
import { type MailServer, mailSettings, sendMails, startMailServer, tokenIn } from '../support/mail-server.js';
import type { Answer } from '../support/scim-server.js';

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
});
beforeEach(() => {
  mails.answer(250);
  mails.received.length = 0;
});
afterAll(async () => {
  await server.close();
  await mails.close();
});

const ROLES = [{ application: 'wiki', role: 'user' }];

function invite(body: object = {}) {
  people += 1;
  return api.done('POST', '/invitations', { address: `p${people}@example.com`, roles: ROLES, ...body });
}

/** Sends what is due, and gives the token that went to the address. */
async function delivered(address: string): Promise<string> {
  await sendMails(server.server, server.server.config.mail);
  const mail = mails.received.find(({ to }) => to.includes(address));
  return tokenIn(mail?.text ?? '');
}

const accept = (token: string, name: object = {}): Promise<Answer> =>
  server.send('POST', '/api/v1/invitations/accept', { body: { token, ...name } });

const stateOf = async (id: string): Promise<string> => (await api.done('GET', `/users/${id}`)).state;

/** As if the time of all that is pending were over. */
async function timeIsOver(): Promise<void> {
  const { database, change } = server.server;
  await database.write(sql`UPDATE invitations SET expires_at = now() WHERE state = 'pending'`);
  await createLifeCycle(database, change, 30).endInvitations();
}

describe('an invited person', () => {
  it('is in the default group with a seat, is told by mail alone, and comes with the token', async () => {
    const sent = await invite({ displayName: 'Ann' });
    expect(sent).toMatchObject({ state: 'pending', userState: 'invited', link: null, mail: { state: 'pending' } });
    const user = await api.done('GET', `/users/${sent.userId}`);
    expect(user.groups).toEqual([{ id: group, displayName: 'Wiki users', direct: true }]);
    expect(user.entitlements).toMatchObject([{ application: 'wiki', role: 'user', licence: 'Wiki' }]);

    const token = await delivered(sent.address);
    const [mail] = mails.received;
    expect(mail?.to).toEqual([sent.address]);
    expect(mail?.text).toContain('Subject: Invitation to Default site');
    expect(mail?.text).toContain('text/html');
    expect(mail?.text).toMatch(/<a href="[^"]*\/invitation#ri_/);
    expect((await api.done('GET', `/invitations/${sent.userId}`)).mail).toEqual({
      ...{ state: 'sent', attempts: 1, error: null },
    });

    const { status, body } = await accept(token, { givenName: 'Ann', familyName: 'Example' });
    expect([status, body]).toEqual([200, { userName: sent.address, state: 'active' }]);
    const come = await api.done('GET', `/users/${sent.userId}`);
    expect([come.state, come.attributes.name]).toEqual(['active', { givenName: 'Ann', familyName: 'Example' }]);
    expect(await api.done('GET', `/invitations/${sent.userId}`)).toMatchObject({ state: 'accepted' });
  });

  it('leaves entries in the log about the user and the group, without the token', async () => {
    const sent = await invite();
    const token = await delivered(sent.address);
    await accept(token);
    const { database, siteId } = server.server;
    const entries = await listLog(database, { siteId, subjectId: sent.userId, limit: 20 });
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`).sort()).toEqual([
      'group.update success',
      'invitation.accept success',
      'invitation.create success',
    ]);
    expect(JSON.stringify(entries)).not.toContain(token.slice(14));
    const kept = await database.write(
      sql`SELECT invitations::text, (SELECT string_agg(m::text, '') FROM mails m) FROM invitations`,
    );
    expect(JSON.stringify(kept)).not.toContain(token.slice(14));
  });

  it('is one person however the address is written, and is refused where somebody has it', async () => {
    const sent = await invite();
    const again = await api.request('POST', '/invitations', { address: sent.address.toUpperCase() });
    expect([again.status, again.body.code]).toEqual([409, 'invitation.user-exists']);
    await api.done('POST', '/users', { userName: 'known', emails: [{ value: 'known@example.com' }] });
    const known = await api.request('POST', '/invitations', { address: 'known@example.com' });
    expect([known.status, known.body.code]).toEqual([409, 'invitation.user-exists']);
  });

  it('needs a role with a default group, and an address that is one', async () => {
    await server.application({ key: 'bare' });
    const roles = [{ application: 'bare', role: 'user' }];
    const bare = await api.request('POST', '/invitations', { address: 'bare@example.com', roles });
    expect([bare.status, bare.body.code]).toEqual([409, 'application.no-default-group']);
    for (const address of ['a', 'a@b@c', 'a@example.com, b@example.com', 'a@example.com\r\nBcc: b@example.com', '']) {
      const { status, body } = await api.request('POST', '/invitations', { address });
      expect([address, status, body.code]).toEqual([address, 400, 'request.invalid']);
    }
    expect(await api.request('GET', '/users/bare@example.com')).toMatchObject({ status: 404 });
  });
});

describe('a token', () => {
  it('is good once, also when two come at the same time', async () => {
    const sent = await invite();
    const token = await delivered(sent.address);
    const answers = await Promise.all([accept(token), accept(token), accept(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    expect((await accept(token)).body.code).toBe('invitation.invalid-token');
  });

  it('is void for whoever looked it up before it was used or sent anew', async () => {
    const { database, change, config, siteId } = server.server;
    const actor = publicActor({ siteId, userId: undefined, correlationId: 'late' });
    const documents = createDirectoryDocuments(CORE_TYPES, config.limits);
    const late = (shown: Awaited<ReturnType<typeof findByToken>>) =>
      change.run(actor, { action: 'invitation.accept', objectType: 'User' }, () =>
        acceptInvitation(actor, shown, namedUser(documents, {})),
      );
    for (const between of ['accept', 'resend']) {
      const sent = await invite();
      const token = await delivered(sent.address);
      const shown = await findByToken(database, token);
      if (between === 'accept') await accept(token);
      else await api.done('POST', `/invitations/${sent.userId}/resend`, {});
      await expect(late(shown)).rejects.toMatchObject({ code: 'invitation.invalid-token' });
    }
  });

  it('is refused when it is forged, of another kind, void or revoked, and all of these look alike', async () => {
    const sent = await invite();
    const token = await delivered(sent.address);
    const last = token.endsWith('A') ? 'B' : 'A';
    await api.done('POST', `/invitations/${sent.userId}/resend`, {});
    const other = await invite();
    const revoked = await delivered(other.address);
    await api.done('POST', `/invitations/${other.userId}/revoke`, {});
    const answers = [];
    for (const wrong of ['', 'x', token, token.slice(0, -1) + last, token.replace('ri_', 'rs_'), api.token, revoked]) {
      const { status, body } = await accept(wrong);
      answers.push([status, body.code, body.detail]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toEqual([404, 'invitation.invalid-token', expect.stringContaining('not valid')]);
    expect(await stateOf(sent.userId)).toBe('invited');
  });

  it('ends with its time, which deactivates the user and frees the seat; sent anew, both come back', async () => {
    const sent = await invite();
    const token = await delivered(sent.address);
    const { database } = server.server;
    await database.write(sql`UPDATE invitations SET expires_at = now() WHERE user_id = ${sent.userId}`);
    expect((await accept(token)).body.code).toBe('invitation.expired');
    await timeIsOver();
    expect((await accept(token)).body.code).toBe('invitation.expired');
    const expired = await api.done('GET', `/users/${sent.userId}`);
    expect([expired.state, expired.entitlements, expired.attributes.active]).toEqual(['deactivated', [], false]);
    expect(
      (await api.done('GET', '/invitations?state=expired')).items.map((one: Answer['body']) => one.userId),
    ).toContain(sent.userId);

    await api.done('POST', `/invitations/${sent.userId}/resend`, {});
    const invited = await api.done('GET', `/users/${sent.userId}`);
    expect([invited.state, invited.entitlements.length, invited.attributes.active]).toEqual(['invited', 1, true]);
    mails.received.length = 0;
    expect((await accept(await delivered(sent.address))).status).toBe(200);
  });

  it('of a suspended person is accepted beneath the suspension', async () => {
    const sent = await invite();
    const token = await delivered(sent.address);
    await api.done('POST', `/users/${sent.userId}/suspend`, { reason: 'not yet' });
    expect((await accept(token)).body).toEqual({ userName: sent.address, state: 'suspended' });
    expect(await api.done('GET', `/users/${sent.userId}`)).toMatchObject({ state: 'suspended', resumesTo: 'active' });
  });

  it('is asked for only so often from one address', async () => {
    const slow = await startApiServer({ limits: { publicRequests: 2 } });
    try {
      const body = { token: 'x' };
      const codes = [];
      for (let n = 0; n < 3; n++)
        codes.push((await slow.send('POST', '/api/v1/invitations/accept', { body })).body.code);
      expect(codes).toEqual(['invitation.invalid-token', 'invitation.invalid-token', 'limit.public-requests']);
    } finally {
      await slow.close();
    }
  });
});

describe('an administrator', () => {
  it('corrects a wrong address without deleting anybody, and the wrong one holds nothing any more', async () => {
    const sent = await invite({ displayName: 'Ben' });
    const wrong = await delivered(sent.address);
    const address = `right${people}@example.com`;
    const corrected = await api.done('PUT', `/invitations/${sent.userId}/address`, { address });
    expect(corrected).toMatchObject({ userId: sent.userId, userName: address, address, state: 'pending' });
    const user = await api.done('GET', `/users/${sent.userId}`);
    expect(user.attributes.emails).toEqual([{ value: address, type: 'work', primary: true }]);
    expect(user.groups).toHaveLength(1);
    expect((await accept(wrong)).status).toBe(404);
    const token = await delivered(address);
    expect((await accept(token)).body.userName).toBe(address);
    // The old address is free for whoever it belongs to.
    await api.done('POST', '/invitations', { address: sent.address });
  });

  it('corrects one that has expired, and not to an address that somebody else has', async () => {
    const [sent, other] = [await invite(), await invite()];
    await timeIsOver();
    const taken = await api.request('PUT', `/invitations/${sent.userId}/address`, { address: other.address });
    expect([taken.status, taken.body.code]).toEqual([409, 'invitation.user-exists']);
    expect(await stateOf(sent.userId)).toBe('deactivated');
    await api.done('PUT', `/invitations/${sent.userId}/address`, { address: `late${people}@example.com` });
    expect(await stateOf(sent.userId)).toBe('invited');
  });

  it('revokes: a local user is deleted and can be restored, one that a connection has is deactivated', async () => {
    const local = await invite();
    const revoked = await api.done('POST', `/invitations/${local.userId}/revoke`, {});
    expect(revoked).toMatchObject({ state: 'revoked', became: 'deletion-scheduled', mail: null });
    expect(await stateOf(local.userId)).toBe('deletion-scheduled');
    await api.done('POST', `/users/${local.userId}/restore`, {});
    await api.done('POST', `/invitations/${local.userId}/resend`, {});
    expect((await accept(await delivered(local.address))).status).toBe(200);
    const over = await api.request('POST', `/invitations/${local.userId}/revoke`, {});
    expect([over.status, over.body.code]).toEqual([409, 'invitation.accepted']);

    const known = await invite();
    const idp = await server.client({ adopt: true, name: 'adopting' });
    const { database } = server.server;
    await database.write(sql`
      INSERT INTO domains (site_id, name, challenge, verified_at, verified_by)
      VALUES (${server.server.siteId}, 'example.com', '', now(), 'operator')`);
    expect((await idp.patch(known.userId, [{ op: 'replace', path: 'title', value: 'Dr' }])).status).toBe(200);
    expect((await api.done('POST', `/invitations/${known.userId}/revoke`, {})).became).toBe('deactivated');
    expect(await stateOf(known.userId)).toBe('deactivated');
  });

  it('does not send again at once, nor to somebody who has come or is active without it', async () => {
    const impatient = await startApiServer({ settings: { mail: mailSettings(mails.url) } });
    try {
      const program = await impatient.program();
      const { userId } = await program.done('POST', '/invitations', { address: 'x@example.com' });
      const soon = await program.request('POST', `/invitations/${userId}/resend`, {});
      expect([soon.status, soon.body.code]).toEqual([409, 'invitation.too-soon']);
    } finally {
      await impatient.close();
    }
    const sent = await invite();
    await timeIsOver();
    await api.done('POST', `/users/${sent.userId}/reactivate`, {});
    for (const [path, code] of [
      ['resend', 'user.wrong-state'],
      ['revoke', 'invitation.user-active'],
    ]) {
      const { status, body } = await api.request('POST', `/invitations/${sent.userId}/${path}`, {});
      expect([path, status, body.code]).toEqual([path, 409, code]);
    }
    const never = await api.done('POST', '/users', { userName: 'never-invited' });
    expect((await api.request('GET', `/invitations/${never.id}`)).body.code).toBe('invitation.not-found');
  });

  it('walks through all of them by pages, and nothing is left of whom the grace period is over', async () => {
    const sent = await invite();
    const seen: string[] = [];
    for (let next = ''; ; ) {
      const page = await api.done('GET', `/invitations?limit=2${next}`);
      seen.push(...page.items.map(({ userId }: { userId: string }) => userId));
      if (page.next === null) break;
      next = `&cursor=${page.next}`;
    }
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(seen).toContain(sent.userId);
    await api.done('POST', `/invitations/${sent.userId}/revoke`, {});
    await api.done('POST', `/users/${sent.userId}/purge`, { confirm: true });
    const { database } = server.server;
    const left = await database.write(sql`
      SELECT 1 FROM invitations WHERE user_id = ${sent.userId} UNION ALL
      SELECT 1 FROM mails WHERE subject_id = ${sent.userId}`);
    expect(left).toEqual([]);
  });

  it('gets the link once where there is no mail, and nothing is queued', async () => {
    const silent = await startApiServer();
    try {
      const program = await silent.program();
      const sent = await program.done('POST', '/invitations', { address: 'x@example.com' });
      expect(sent.mail).toBeNull();
      expect(sent.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invitation#ri_/);
      expect(await program.done('GET', `/invitations/${sent.userId}`)).not.toHaveProperty('link');
      const { status } = await silent.send('POST', '/api/v1/invitations/accept', {
        body: { token: tokenIn(sent.link) },
      });
      expect(status).toBe(200);
      const page = await fetch(sent.link);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'sha256-");
      expect(await page.text()).toContain('api/v1/invitations/accept');
    } finally {
      await silent.close();
    }
  });
});

describe('a mail', () => {
  const mailOf = async (id: string) => (await api.done('GET', `/invitations/${id}`)).mail;
  const due = () => server.server.database.write(sql`UPDATE mails SET next_attempt_at = now() WHERE state = 'pending'`);

  it('that the server cannot take now comes again, one that it refuses for good fails and is told of', async () => {
    const sent = await invite();
    mails.answer(451);
    await sendMails(server.server, server.server.config.mail);
    expect(await mailOf(sent.userId)).toMatchObject({ state: 'pending', attempts: 1 });
    mails.answer(250);
    await due();
    await delivered(sent.address);
    expect(await mailOf(sent.userId)).toMatchObject({ state: 'sent', attempts: 2, error: null });

    const wrong = await invite();
    mails.answer(550);
    await sendMails(server.server, server.server.config.mail);
    expect(await mailOf(wrong.userId)).toMatchObject({ state: 'failed', error: expect.stringContaining('550') });
    mails.answer(250);
    const address = `mended${people}@example.com`;
    await api.done('PUT', `/invitations/${wrong.userId}/address`, { address });
    expect((await accept(await delivered(address))).status).toBe(200);
  });

  it('waits while there is no server, and is given up when its time is over', async () => {
    const sent = await invite();
    const away = { ...server.server.config.mail, smtpUrl: 'smtp://127.0.0.1:1' };
    await sendMails(server.server, away);
    expect(await mailOf(sent.userId)).toMatchObject({ state: 'pending', attempts: 1 });
    await server.server.database.write(sql`UPDATE mails SET created_at = created_at - interval '3 days'`);
    await due();
    await sendMails(server.server, away);
    expect(await mailOf(sent.userId)).toMatchObject({ state: 'failed', attempts: 2 });
  });

  it('is sent once by any number of processes, and is not readable where it is kept', async () => {
    const invited = [];
    for (let n = 0; n < 12; n++) invited.push(await invite());
    const kept = await server.server.database.write<{ content: Buffer | null }>(sql`
      SELECT content FROM mails WHERE state = 'pending'`);
    for (const { content } of kept) expect(content?.toString('latin1')).not.toContain('invitation#');
    await Promise.all([0, 1, 2].map(() => sendMails(server.server, server.server.config.mail)));
    const to = mails.received.flatMap((mail) => mail.to);
    expect(to.sort()).toEqual(invited.map(({ address }) => address).sort());
    const gone = await server.server.database.write(
      sql`SELECT 1 FROM mails WHERE content IS NOT NULL AND state <> 'pending'`,
    );
    expect(gone).toEqual([]);
  });

  it('is given to no server without TLS unless that is allowed', async () => {
    const sent = await invite();
    await sendMails(server.server, { ...server.server.config.mail, allowPlainSmtp: false });
    expect(mails.received).toEqual([]);
    expect(await mailOf(sent.userId)).toMatchObject({ state: 'pending', error: expect.stringMatching(/TLS/i) });
  });
});
