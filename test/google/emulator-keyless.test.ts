import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { exchange, googleRequests, read } from '../support/google-requests.ts';

const USERS = 'https://www.googleapis.com/auth/admin.directory.user.readonly';
const CLOUD = 'https://www.googleapis.com/auth/cloud-platform';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startGoogleEmulator();
});
afterAll(() => emulator.close());

type Account = ReturnType<Emulator['keylessFor']>;

const federate = async ({ credentials, subjectToken }: Account, changes: Record<string, string> = {}) => {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: credentials.audience,
    subject_token: subjectToken,
    subject_token_type: credentials.subject_token_type,
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    scope: CLOUD,
    ...changes,
  };
  return read(await fetch(credentials.token_url, { method: 'POST', body: new URLSearchParams(form) }));
};
const claims = (account: Account, changes: object = {}) => {
  const now = Math.floor(Date.now() / 1_000);
  const base = { iss: account.serviceAccount, aud: `${emulator.origin}/token`, iat: now, exp: now + 3_600 };
  return JSON.stringify({ ...base, sub: emulator.adminEmail, scope: USERS, ...changes });
};
const sign = async (account: Account, token: string, payload = claims(account)) =>
  read(
    await fetch(`${account.iamUrl}/v1/projects/-/serviceAccounts/${account.serviceAccount}:signJwt`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ payload }),
    }),
  );

describe('a workload without a key', () => {
  it('has its identity exchanged, an assertion signed, and reads the directory', async () => {
    const account = emulator.keylessFor();
    const federated = (await federate(account)).body;
    expect(federated).toMatchObject({
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    const signed = (await sign(account, federated.access_token)).body;
    expect(signed).toEqual({ keyId: expect.any(String), signedJwt: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) });
    const token = (await exchange(emulator.origin, signed.signedJwt)).body.access_token;
    expect((await googleRequests(emulator, token).get('/users', { customer: 'my_customer' })).status).toBe(200);
    expect(emulator.requests.map(({ api }) => api)).toEqual(['sts', 'signJwt', 'token', 'users.list']);
  });

  it('finds its identity where the configuration says, or at the metadata server', async () => {
    const account = emulator.keylessFor();
    const source = await fetch(account.credentials.credential_source.url);
    expect(await source.text()).toBe(account.subjectToken);
    const url = `${account.metadataUrl}/computeMetadata/v1/instance/service-accounts/default/token`;
    const metadata = await read(await fetch(url, { headers: { 'metadata-flavor': 'Google' } }));
    expect(metadata.headers.get('metadata-flavor')).toBe('Google');
    expect((await sign(account, metadata.body.access_token)).status).toBe(200);
    expect((await fetch(url)).status).toBe(403);
  });

  it('gets a token of the account itself, which opens what its role allows', async () => {
    const account = emulator.keylessFor({ adminRole: ['users'] });
    const federated = (await federate(account)).body.access_token;
    const ask = (body: object, token = federated) =>
      fetch(account.credentials.service_account_impersonation_url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const { body } = await read(await ask({ scope: [USERS] }));
    expect(Date.parse(body.expireTime)).toBeGreaterThan(Date.now());
    const list = await googleRequests(emulator, body.accessToken).get('/users', { customer: emulator.customerId });
    expect(list.status).toBe(200);
    expect((await ask({})).status).toBe(400);
    expect((await ask({ scope: [USERS] }, 'none')).status).toBe(401);
  });

  it('is refused with a wrong identity, audience or grant', async () => {
    const account = emulator.keylessFor();
    const error = async (changes: Record<string, string>) => {
      const { status, body } = await federate(account, changes);
      return [status, body.error];
    };
    expect(await error({ subject_token: 'other' })).toEqual([400, 'invalid_grant']);
    expect(await error({ audience: 'other' })).toEqual([400, 'invalid_target']);
    expect(await error({ grant_type: 'password' })).toEqual([400, 'unsupported_grant_type']);
  });

  it('signs for its own account only, with the scope for it, and claims that make sense', async () => {
    const account = emulator.keylessFor();
    const other = emulator.keylessFor();
    const { access_token: token } = (await federate(account)).body;
    const error = async (answer: Promise<{ status: number; body: { error: { status: string } } }>) => {
      const { status, body } = await answer;
      return [status, body.error.status];
    };
    expect(await error(sign(other, token))).toEqual([403, 'PERMISSION_DENIED']);
    expect(await error(sign(account, 'none'))).toEqual([401, 'UNAUTHENTICATED']);
    const narrow = (await federate(account, { scope: USERS })).body.access_token;
    expect(await error(sign(account, narrow))).toEqual([403, 'PERMISSION_DENIED']);
    for (const payload of ['no JSON', claims(account, { iss: other.serviceAccount }), claims(account, { exp: 1 })]) {
      expect(await error(sign(account, token, payload))).toEqual([400, 'INVALID_ARGUMENT']);
    }
    emulator.accounts.change(account.serviceAccount, { signers: [] });
    expect(await error(sign(account, token))).toEqual([403, 'PERMISSION_DENIED']);
  });

  it('does not open the Directory API by itself', async () => {
    const { access_token: token } = (await federate(emulator.keylessFor())).body;
    expect((await googleRequests(emulator, token).get('/users', { customer: 'my_customer' })).status).toBe(403);
  });
});
