import { type Answer, GoogleError } from '../http/answer.ts';
import type { RequestLog } from '../http/request-log.ts';
import type { Received } from '../http/serve.ts';
import { generateAccessToken, signJwt } from './iam-credentials.ts';
import type { Keyless } from './keyless.ts';
import { exchangeAssertion, type TokenParts } from './token-endpoint.ts';

export interface CredentialParts extends TokenParts {
  readonly keyless: Keyless;
  readonly log: RequestLog;
}

const METADATA = '/computeMetadata/v1/instance';
const METADATA_HEADER = { 'metadata-flavor': 'Google' };
const IAM = /^\/v1\/projects\/-\/serviceAccounts\/(?<email>[^/:]+):(?<verb>signJwt|generateAccessToken)$/;

type Endpoint = readonly [name: string, answer: () => Answer];

/** Answers the endpoints of credentials and writes into the log; undefined for any other path. */
export function answerCredentials(received: Received, parts: CredentialParts): Answer | undefined {
  const endpoint = endpointOf(received, parts);
  if (endpoint === undefined) return undefined;
  const [api, run] = endpoint;
  const started = performance.now();
  const answer = settled(run);
  parts.log.add({
    time: new Date(parts.directory.clock.now()).toISOString(),
    method: received.method,
    path: received.path,
    query: {},
    api,
    status: answer.status,
    subject: undefined,
    serviceAccount: undefined,
    milliseconds: performance.now() - started,
    batch: false,
  });
  return answer;
}

function settled(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    if (error instanceof GoogleError) return error.answer;
    throw error;
  }
}

function endpointOf(received: Received, parts: CredentialParts): Endpoint | undefined {
  const { method, path, text, headers } = received;
  const form = new URLSearchParams(text);
  const { keyless, tokens } = parts;
  switch (`${method} ${path}`) {
    case 'POST /token':
      return ['token', () => exchangeAssertion(form, parts)];
    case 'POST /revoke':
      return [
        'revoke',
        () => {
          tokens.revoke(form.get('token') ?? '');
          return { status: 200, body: {} };
        },
      ];
    case 'POST /v1/token':
      return ['sts', () => bearer(keyless.exchange(form), 'urn:ietf:params:oauth:token-type:access_token')];
    case 'GET /subject-token':
      return ['subject-token', () => ({ status: 200, text: keyless.subjectToken ?? '' })];
    default:
  }
  if (method === 'GET' && path.startsWith(METADATA)) return ['metadata', () => metadata(received, keyless)];
  const { email, verb } = (method === 'POST' ? IAM.exec(path)?.groups : undefined) ?? {};
  if (email === undefined || verb === undefined) return undefined;
  const call = { email: decodeURIComponent(email), authorization: headers.authorization, text };
  const run = verb === 'signJwt' ? signJwt : generateAccessToken;
  return [verb, () => ({ status: 200, body: run(call, parts) })];
}

function bearer({ token, expiresIn }: { token: string; expiresIn: number }, issuedType?: string): Answer {
  const body = { access_token: token, expires_in: expiresIn, token_type: 'Bearer' };
  return { status: 200, body: issuedType === undefined ? body : { ...body, issued_token_type: issuedType } };
}

/** The metadata server refuses whoever does not show to know it, so that nobody is tricked into asking it. */
function metadata({ path, headers }: Received, keyless: Keyless): Answer {
  if (headers['metadata-flavor'] !== 'Google') return { status: 403, text: 'Missing Metadata-Flavor:Google header.' };
  const rest = path.slice(METADATA.length).replace(/\/$/, '');
  if (rest === '') return { status: 200, text: 'service-accounts/\n', headers: METADATA_HEADER };
  if (rest !== '/service-accounts/default/token') return { status: 404, text: 'Not Found', headers: METADATA_HEADER };
  return { ...bearer(keyless.metadataToken()), headers: METADATA_HEADER };
}
