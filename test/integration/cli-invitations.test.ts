import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, startApiServer } from '../support/api-server.js';
import { createCli, urlOf } from '../support/cli.js';
import { tokenIn } from '../support/mail-server.js';

interface Sent {
  readonly userId: string;
  readonly userName: string;
  readonly state: string;
  readonly link: string;
}

const cli = createCli();
const url = process.env.DATABASE_URL;
let server: ApiServer;

beforeAll(async () => {
  server = await startApiServer();
  process.env.DATABASE_URL = await urlOf(server.server.database);
  await server.application({ key: 'wiki' });
  await (await server.program()).done('POST', '/groups', { displayName: 'Wiki users' });
  await cli.json('default-group', 'add', '--application', 'wiki', '--role', 'user', '--group', 'Wiki users');
  process.env.INVITATION_RESEND_SECONDS = '0';
});
afterAll(async () => {
  delete process.env.INVITATION_RESEND_SECONDS;
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await server.close();
});

const accept = async (link: string) =>
  (await server.send('POST', '/api/v1/invitations/accept', { body: { token: tokenIn(link) } })).status;

describe('rollcall invitation', () => {
  it('create, correct, resend: each link ends the one before, and the last one is accepted', async () => {
    const create = ['invitation', 'create', 'anne@example.com', '--role', 'wiki/user', '--display-name', 'Ann'];
    const sent = await cli.json<Sent>(...create);
    const user = await cli.json<{ groups: { displayName: string }[]; displayName: string }>(
      'user',
      'show',
      sent.userId,
    );
    expect([user.displayName, user.groups.map(({ displayName }) => displayName)]).toEqual(['Ann', ['Wiki users']]);
    const corrected = await cli.json<Sent>('invitation', 'correct', 'anne@example.com', 'ann@example.com');
    expect(corrected).toMatchObject({ userId: sent.userId, userName: 'ann@example.com', state: 'pending' });
    const again = await cli.json<Sent>('invitation', 'resend', 'ann@example.com');
    expect([await accept(sent.link), await accept(corrected.link), await accept(again.link)]).toEqual([404, 404, 200]);
    expect((await cli.run('invitation', 'show', 'ann@example.com')).out).toMatch(/^State +accepted$/m);
  });

  it('create prints the link once where there is no mail server; list shows what is open; revoke ends it', async () => {
    const { out } = await cli.run('invitation', 'create', 'ben@example.com');
    expect(out).toMatch(/There is no mail server \(MAIL_SMTP_URL\)[\s\S]*\/invitation#ri_/);
    expect((await cli.run('invitation', 'list', '--state', 'pending')).out).toMatch(/ben@example\.com +pending +none/);
    const revoked = await cli.run('invitation', 'revoke', 'ben@example.com');
    expect(revoked.out).toContain('the user is deletion-scheduled');
    expect(await accept(out)).toBe(404);
    const { invitations } = await cli.json<{ invitations: Sent[] }>('invitation', 'list', '--state', 'revoked');
    expect(invitations.map(({ userName }) => userName)).toEqual(['ben@example.com']);
  });

  it.each([
    [['create', 'x@example.com', '--role', 'wiki'], 2, '--role is APPLICATION/ROLE'],
    [['create', 'x@example.com', '--role', 'wiki/none'], 1, 'application.role-not-found'],
    [['create', 'no address'], 1, 'invitation.invalid-address'],
    [['create', 'ann@example.com'], 1, 'invitation.user-exists'],
    [['resend', 'nobody'], 1, 'user.not-found'],
    [['correct', 'ann@example.com', 'x@example.com'], 1, 'invitation.accepted'],
  ])('%p says in one line what is wrong', async (argv, code, line) => {
    const done = await cli.run('invitation', ...argv);
    expect([done.code, done.out]).toEqual([code, '']);
    expect(done.error).toContain(line);
    expect(done.error.trimEnd()).not.toContain('\n');
  });
});
