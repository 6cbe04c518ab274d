import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { assertion, exchange, googleRequests } from '../support/google-requests.ts';

const SCOPE = 'https://www.googleapis.com/auth/admin.directory.';
const USERS = `${SCOPE}user.readonly`;
const GROUPS = `${SCOPE}group.readonly`;

let emulator: Emulator;
let sub: string;

beforeAll(async () => {
  emulator = await startGoogleEmulator({ seed: { users: 5 } });
  sub = emulator.adminEmail;
});
afterAll(() => emulator.close());

const ask = async (claims: object, key = emulator.keyFor()) => {
  const { status, body } = await exchange(emulator.origin, assertion(key, { sub, scope: USERS, ...claims }));
  return [status, body.error ?? body.token_type, body.error_description ?? body.expires_in];
};

describe('the token endpoint', () => {
  it('exchanges a signed assertion for a bearer token that opens the API', async () => {
    const key = emulator.keyFor();
    expect(key.token_uri).toBe(`${emulator.origin}/token`);
    const { status, body } = await exchange(emulator.origin, assertion(key, { sub, scope: `${USERS} ${GROUPS}` }));
    expect([status, body.token_type, body.expires_in]).toEqual([200, 'Bearer', 3_599]);
    expect((await googleRequests(emulator, body.access_token).get(`/users/${sub}`)).status).toBe(200);
    const last = emulator.requests.at(-1);
    expect([last?.api, last?.subject, last?.serviceAccount]).toEqual(['users.get', sub, key.client_email]);
  });

  it('accepts the audience that Google’s own libraries send', async () => {
    expect(await ask({ aud: 'https://oauth2.googleapis.com/token' })).toEqual([200, 'Bearer', 3_599]);
    expect(await ask({ aud: 'https://elsewhere.test/token' })).toEqual([
      400,
      'invalid_grant',
      'Invalid JWT: Failed audience check.',
    ]);
  });

  it('refuses all scopes where one is not delegated', async () => {
    const key = emulator.keyFor({ delegation: [USERS] });
    expect((await ask({}, key))[0]).toBe(200);
    expect((await ask({ scope: `${USERS} ${GROUPS}` }, key)).slice(0, 2)).toEqual([401, 'unauthorized_client']);
    emulator.accounts.change(key.client_email, { delegation: [] });
    expect((await ask({}, key)).slice(0, 2)).toEqual([401, 'unauthorized_client']);
  });

  it('checks the signature', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const wrong = { ...emulator.keyFor(), private_key: other };
    expect(await ask({}, wrong)).toEqual([400, 'invalid_grant', 'Invalid JWT Signature.']);
  });

  it('checks the times', async () => {
    const now = Math.floor(Date.now() / 1_000);
    for (const times of [
      { iat: now, exp: now + 3_601 },
      { iat: now - 7_200, exp: now - 3_600 },
      { iat: now + 900, exp: now + 1_800 },
    ]) {
      const [status, error, description] = await ask(times);
      expect([status, error]).toEqual([400, 'invalid_grant']);
      expect(description).toContain('Token must be a short-lived token (60 minutes)');
    }
  });

  it('names what is wrong with the issuer, the subject, the scope or the grant', async () => {
    const key = emulator.keyFor();
    emulator.accounts.change(key.client_email, { deleted: true });
    expect(await ask({}, key)).toEqual([400, 'invalid_grant', 'Invalid JWT: No valid verifier found for issuer.']);
    expect(await ask({ sub: 'nobody' })).toEqual([400, 'invalid_request', 'Invalid impersonation "sub" field']);
    expect(await ask({ sub: 'nobody@example.com' })).toEqual([400, 'invalid_grant', 'Invalid email or User ID']);
    expect((await ask({ scope: '' })).slice(0, 2)).toEqual([400, 'invalid_scope']);
    const { status, body } = await exchange(emulator.origin, assertion(key, { sub }), 'password');
    expect([status, body.error]).toEqual([400, 'unsupported_grant_type']);
  });

  it('refuses to impersonate people who are suspended or deleted', async () => {
    const { id, primaryEmail } = emulator.users.add({ primaryEmail: 'second@example.com', isAdmin: true });
    expect((await ask({ sub: primaryEmail }))[0]).toBe(200);
    emulator.users.suspend(id);
    expect(await ask({ sub: primaryEmail })).toEqual([400, 'invalid_grant', 'Invalid email or User ID']);
    emulator.users.delete(id);
    expect(await ask({ sub: primaryEmail })).toEqual([400, 'invalid_grant', 'The account has been deleted']);
  });
});

describe('access', () => {
  let id: string;
  beforeEach(() => {
    id = emulator.directory.requireUser(sub).id;
  });
  const get = async (token: string, path = `/users/${id}`, query = {}) => {
    const { status, body } = await googleRequests(emulator, token).get(path, query);
    return [status, body?.error?.errors[0].reason];
  };

  it('needs a live token', async () => {
    expect(await get('')).toEqual([401, 'required']);
    expect(await get('ya29.unknown')).toEqual([401, 'authError']);
    const token = emulator.accessToken();
    emulator.revokeTokens();
    expect(await get(token)).toEqual([401, 'authError']);
  });

  it('ends with the life of the token, by the clock that is set', async () => {
    const token = emulator.accessToken();
    emulator.clock.advance(3_598_000);
    expect((await get(token))[0]).toBe(200);
    emulator.clock.advance(2_000);
    expect(await get(token)).toEqual([401, 'authError']);
  });

  it('takes a token back at the revocation endpoint', async () => {
    const token = emulator.accessToken();
    await fetch(`${emulator.origin}/revoke`, { method: 'POST', body: new URLSearchParams({ token }) });
    expect(await get(token)).toEqual([401, 'authError']);
  });

  it('answers a self-signed assertion used as a token with 401', async () => {
    const answer = await googleRequests(emulator, assertion(emulator.keyFor(), {})).get(`/users/${id}`);
    expect([answer.status, answer.body.error.message]).toEqual([401, expect.stringContaining('OAuth 2 access token')]);
  });

  it('is held to the scopes of each method', async () => {
    const users = emulator.accessToken({ scopes: [USERS] });
    expect((await get(users))[0]).toBe(200);
    expect(await get(users, '/groups', { customer: 'my_customer' })).toEqual([403, 'insufficientPermissions']);
    const groups = emulator.accessToken({ scopes: [GROUPS] });
    expect(await get(groups)).toEqual([403, 'insufficientPermissions']);
    expect((await get(groups, '/groups', { customer: 'my_customer' }))[0]).toBe(200);
  });

  it('is for administrators', async () => {
    const person = emulator.users.add({ primaryEmail: 'plain@example.com' });
    const token = emulator.accessToken({ subject: person.primaryEmail });
    expect(await get(token)).toEqual([403, 'forbidden']);
    emulator.users.change(person.id, { isDelegatedAdmin: true });
    expect((await get(token))[0]).toBe(200);
    emulator.users.suspend(person.id);
    expect(await get(token)).toEqual([401, 'authError']);
  });
});

describe('a service account without a subject', () => {
  const tokenOf = async (key = emulator.keyFor()) =>
    (await exchange(emulator.origin, assertion(key, { scope: `${USERS} ${GROUPS}` }))).body.access_token;
  const list = async (token: string, customer: string, path = '/users') => {
    const { status, body } = await googleRequests(emulator, token).get(path, { customer });
    return [status, body.error?.errors[0].reason];
  };

  it('gets a token, and sees nothing before it holds a role', async () => {
    const key = emulator.keyFor();
    const token = await tokenOf(key);
    expect(await list(token, emulator.customerId)).toEqual([403, 'forbidden']);
    emulator.accounts.change(key.client_email, { adminRole: ['users'] });
    expect((await list(token, emulator.customerId))[0]).toBe(200);
    expect(await list(token, emulator.customerId, '/groups')).toEqual([403, 'forbidden']);
  });

  it('has to name the customer, and is not told who exists', async () => {
    const token = await tokenOf(emulator.keyFor({ adminRole: true }));
    expect(await list(token, 'my_customer')).toEqual([403, 'forbidden']);
    emulator.settings.myCustomerWithoutSubject = 400;
    expect(await list(token, 'my_customer')).toEqual([400, 'badRequest']);
    const { status, body } = await googleRequests(emulator, token).get('/users/nobody@example.com');
    expect([status, body.error.errors[0].reason]).toEqual([403, 'forbidden']);
  });
});
