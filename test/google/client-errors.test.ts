import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RollcallError } from '../../src/errors/index.js';
import { type GoogleClient, type GoogleConnection, googleErrorClass } from '../../src/google/index.js';
import { createGoogleStage, type GoogleStage } from '../support/google-stage.js';
import { type ScimServer, startScimServer } from '../support/scim-server.js';
import { googleBody, type Scripted, type ScriptedGoogle, startScriptedGoogle } from '../support/scripted-google.js';

let server: ScimServer;
let google: ScriptedGoogle;
let stage: GoogleStage;
let connection: GoogleConnection;

const { signal } = new AbortController();
const first = { pageToken: undefined, signal };

beforeAll(async () => {
  server = await startScimServer();
});
afterAll(() => server.close());

let made = 0;
beforeEach(async () => {
  google = await startScriptedGoogle();
  stage = createGoogleStage(server, google, { retries: 2, timeoutMilliseconds: 300 });
  made += 1;
  connection = await stage.connect({ key: google.key }, { name: `errors ${made}` });
});
afterEach(() => google.close());

async function refusal(work: Promise<unknown>): Promise<RollcallError> {
  const error = await work.then(
    () => new Error('it came through'),
    (reason: unknown) => reason,
  );
  if (error instanceof RollcallError) return error;
  throw error;
}

/** One readable line that says what to do, and nothing that was secret on the way. */
function expectText(error: RollcallError, words: readonly string[]): void {
  for (const word of words) expect(error.message).toContain(word);
  expect(error.message).not.toMatch(/\n|\[object|undefined/);
  expect(error.message.length).toBeLessThan(600);
  const everything = JSON.stringify([error, error.message, error.stack, error.cause]);
  expect(everything).not.toMatch(/token-1|eyJ|PRIVATE|assertion|Bearer/);
  expect(error.cause).toBeUndefined();
}

const oauth = (status: number, error: string, description?: string): Scripted => ({
  status,
  body: { error, error_description: description },
});

describe('B49: where Google gives no token, the error says what to mend', () => {
  it.each<[string, Scripted, string, readonly string[]]>([
    [
      'a scope is not delegated',
      oauth(401, 'unauthorized_client', 'Client is unauthorized to retrieve access tokens using this method.'),
      'google.scope-not-delegated',
      ['Domain-wide delegation', 'client ID 1234567890', 'admin.directory.group.member.readonly'],
    ],
    [
      'the key is revoked',
      oauth(400, 'invalid_grant', 'Invalid JWT Signature.'),
      'google.key-revoked',
      ['sync@project.iam.gserviceaccount.com', 'make a new key', 'google replace-key'],
    ],
    [
      'the clock is wrong',
      oauth(
        400,
        'invalid_grant',
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
      ),
      'google.clock-wrong',
      ['clock of this machine', 'NTP'],
    ],
    [
      'the subject is unknown',
      oauth(400, 'invalid_grant', 'Invalid email or User ID'),
      'google.subject-unusable',
      ['admin@example.com', 'active administrator', 'google set --subject'],
    ],
    [
      'the subject is deleted',
      oauth(400, 'invalid_grant', 'The account has been deleted'),
      'google.subject-unusable',
      ['admin@example.com'],
    ],
    [
      'the subject is no address',
      oauth(400, 'invalid_request', 'Invalid impersonation "sub" field'),
      'google.subject-unusable',
      ['admin@example.com'],
    ],
    [
      'the service account is gone',
      oauth(400, 'invalid_grant', 'Invalid JWT: No valid verifier found for issuer.'),
      'google.service-account-unknown',
      ['does not exist any more'],
    ],
    ['of another reason', oauth(400, 'invalid_scope', 'Some scope.'), 'google.token-refused', ['"Some scope."']],
    ['it is no JSON', { status: 400, body: 'Bad Request' }, 'google.token-refused', ['nothing']],
  ])('%s', async (_, answer, code, words) => {
    google.nextToken(answer);
    const error = await refusal((await stage.open(connection)).listUsers(first));
    expect([error.code, googleErrorClass(error)]).toEqual([code, 'configuration']);
    expectText(error, words);
    expect(google.asked).toHaveLength(0);
  });

  it('the endpoint is out of order', async () => {
    google.nextToken(...Array.from({ length: 3 }, (): Scripted => ({ status: 500, body: 'x' })));
    const error = await refusal((await stage.open(connection)).listUsers(first));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.token-unavailable', 'transient']);
    expectText(error, ['it answered 500']);
  });

  it('the answer holds no token', async () => {
    google.nextToken(...Array.from({ length: 3 }, (): Scripted => ({ status: 200, body: { access_token: '' } })));
    const error = await refusal((await stage.open(connection)).listUsers(first));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.token-unreadable', 'transient']);
    expectText(error, ['127.0.0.1']);
  });
});

const users = (client: GoogleClient) => client.listUsers(first);
const user = (client: GoogleClient) => client.getUser('107', signal);
const api = (code: number, reason: string, message: string, domain?: string): Scripted => ({
  status: code,
  body: googleBody(code, reason, message, domain),
});

describe('B49: where Google refuses a request, the error says what to mend', () => {
  it.each<[string, Scripted, (client: GoogleClient) => Promise<unknown>, string, string, readonly string[]]>([
    [
      'a scope is missing',
      api(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.'),
      users,
      'google.scope-missing',
      'configuration',
      ['Domain-wide delegation', 'admin.directory.user.readonly'],
    ],
    [
      'the API is off',
      api(
        403,
        'accessNotConfigured',
        'Admin SDK API has not been used in project 1 before or it is disabled.',
        'usageLimits',
      ),
      users,
      'google.api-disabled',
      'configuration',
      ['Admin SDK API', 'APIs & Services > Library'],
    ],
    [
      'the API is off, in newer words',
      {
        status: 403,
        body: {
          error: {
            code: 403,
            message: 'off',
            status: 'PERMISSION_DENIED',
            details: [{ '@type': 't', reason: 'SERVICE_DISABLED' }],
          },
        },
      },
      users,
      'google.api-disabled',
      'configuration',
      ['APIs & Services'],
    ],
    [
      'the Workspace lets no API in',
      api(403, 'domainCannotUseApis', 'Domain cannot use apis.'),
      users,
      'google.domain-apis-off',
      'configuration',
      ['API controls'],
    ],
    [
      'the subject may not',
      api(403, 'forbidden', 'Not Authorized to access this resource/api'),
      users,
      'google.not-authorized',
      'configuration',
      ['admin@example.com may not read users.list', 'Admin roles'],
    ],
    [
      'the customer is unknown',
      api(400, 'badRequest', 'Bad Request'),
      users,
      'google.customer-unknown',
      'configuration',
      ['my_customer', 'Account settings'],
    ],
    [
      'a field is unknown',
      api(400, 'invalidParameter', 'Invalid field selection x'),
      users,
      'google.request-invalid',
      'configuration',
      ['mapping', 'Invalid field selection x'],
    ],
    [
      'a page is not known any more',
      api(400, 'invalid', 'Invalid Input: pageToken'),
      (client) => client.listUsers({ pageToken: 'old', signal }),
      'google.page-refused',
      'transient',
      ['from the first'],
    ],
    [
      'the daily quota is used up',
      api(403, 'dailyLimitExceeded', 'Daily Limit Exceeded', 'usageLimits'),
      users,
      'google.daily-quota',
      'quota',
      ['daily quota'],
    ],
    [
      'it is asked too often',
      api(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', 'usageLimits'),
      users,
      'google.quota',
      'quota',
      ['GOOGLE_REQUESTS_PER_MINUTE', 'requestsPerMinute'],
    ],
    [
      'a user is of another company',
      api(403, 'forbidden', 'Not Authorized to access this resource/api'),
      user,
      'google.object-forbidden',
      'object',
      ['"107"'],
    ],
    [
      'a user cannot be read',
      api(400, 'badRequest', 'Type not supported: userKey'),
      user,
      'google.object-invalid',
      'object',
      ['"107"', 'Type not supported'],
    ],
    [
      'what answers is not Google',
      { status: 302, body: '', headers: { location: 'https://portal.test/' } },
      users,
      'google.unexpected-answer',
      'configuration',
      ['GOOGLE_API_ROOT_URL'],
    ],
    [
      'it is out of order',
      api(503, 'backendError', 'Service unavailable. Please try again'),
      users,
      'google.unavailable',
      'transient',
      ['503'],
    ],
    [
      'the connection breaks',
      (request) => request.socket.destroy(),
      users,
      'google.connection-lost',
      'transient',
      ['network, DNS and firewall'],
    ],
    [
      'it does not answer',
      () => undefined,
      users,
      'google.timeout',
      'transient',
      ['within 300 ms', 'GOOGLE_TIMEOUT_MILLISECONDS'],
    ],
    [
      'its answer is cut off',
      { status: 200, body: '{"users":[', headers: { 'content-type': 'application/json' } },
      users,
      'google.unreadable-answer',
      'transient',
      ['cut off'],
    ],
  ])('%s', async (_, answer, ask, code, errorClass, words) => {
    google.otherwise(answer);
    const error = await refusal(ask(await stage.open(connection)));
    expect([error.code, googleErrorClass(error)]).toEqual([code, errorClass]);
    expectText(error, words);
  });

  it('the domain is unknown', async () => {
    const ofDomain = await stage.connect({ key: google.key }, { name: `domain ${made}`, domain: 'wrong.example' });
    google.otherwise(api(404, 'notFound', 'Domain not found.'));
    const error = await refusal((await stage.open(ofDomain)).listUsers(first));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.domain-unknown', 'configuration']);
    expectText(error, ['"wrong.example"', 'Account > Domains', '"Domain not found."']);
  });

  it('B54: the service account has no admin role', async () => {
    const own = { name: `own ${made}`, subject: null, customer: 'C01abc234' };
    const client = await stage.open(await stage.connect({ key: google.key }, own));
    google.otherwise(api(403, 'forbidden', 'Not Authorized to access this resource/api'));
    const error = await refusal(client.listUsers(first));
    expect(error.code).toBe('google.not-authorized');
    expectText(error, ['sync@project.iam.gserviceaccount.com may not read users.list', 'assign it an admin role']);
  });

  it('an id cannot change the address of the request', async () => {
    const client = await stage.open(connection);
    await refusal(client.getUser('../../customers/x', signal));
    expect(google.asked[0]?.path).toBe('/admin/directory/v1/users/..%2F..%2Fcustomers%2Fx');
    const error = await refusal(client.getUser('..', signal));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.request-refused', 'object']);
  });

  it('a field cannot change the mask', async () => {
    const error = await refusal(stage.open(connection, { users: ['name),kind'], groups: [] }));
    expect(error.code).toBe('google.field-invalid');
  });
});
