import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { importSPKI, type JWTPayload, jwtVerify } from 'jose';

/** A request that came, but those for tokens. */
export interface Asked {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** An answer: status, JSON or text, and headers; or what is done with the request instead. */
export type Scripted =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | ((request: IncomingMessage, response: ServerResponse) => void);

/** Answers word by word as a test says, for what Google says that no directory leads to. */
export interface ScriptedGoogle {
  readonly url: string;
  readonly host: string;
  /** The text of a key's file that this server's token endpoint takes. */
  readonly key: string;
  readonly asked: Asked[];
  /** The claims of every token that was asked for, and what was signed for keyless ones. */
  readonly claims: JWTPayload[];
  /** The next answers, one after the other; then whatever `otherwise` says. */
  next(...answers: readonly Scripted[]): void;
  otherwise(answer: Scripted): void;
  nextToken(...answers: readonly Scripted[]): void;
  nextSts(...answers: readonly Scripted[]): void;
  nextSigning(...answers: readonly Scripted[]): void;
  /** From now on tokens that were given out before are 401. */
  revokeTokens(): void;
  close(): Promise<void>;
}

export const SERVICE_ACCOUNT = 'sync@project.iam.gserviceaccount.com';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export async function startScriptedGoogle(): Promise<ScriptedGoogle> {
  const asked: Asked[] = [];
  const claims: JWTPayload[] = [];
  const scripts = { api: [] as Scripted[], token: [] as Scripted[], sts: [] as Scripted[], signing: [] as Scripted[] };
  let otherwise: Scripted = { status: 200, body: {} };
  let generation = 1;
  const verifier = await importSPKI(publicKey, 'RS256');

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://google');
    const body = await text(request);
    const answer = await answerTo(request, url, body);
    if (typeof answer === 'function') return answer(request, response);
    const isText = typeof answer.body === 'string';
    const headers = { 'content-type': isText ? 'text/plain' : 'application/json', ...answer.headers };
    response.writeHead(answer.status, headers).end(isText ? answer.body : JSON.stringify(answer.body));
  });

  async function answerTo(request: IncomingMessage, url: URL, body: string): Promise<Scripted> {
    if (url.pathname === '/token') return scripts.token.shift() ?? (await tokenAnswer(body));
    if (url.pathname === '/v1/token') return scripts.sts.shift() ?? stsAnswer(body);
    if (url.pathname.endsWith(':signJwt')) return scripts.signing.shift() ?? signingAnswer(request, body);
    const { authorization } = request.headers;
    asked.push({
      at: performance.now(),
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      authorization,
      body,
    });
    if (authorization !== `Bearer token-${generation}`) {
      return { status: 401, body: googleBody(401, 'authError', 'Invalid Credentials') };
    }
    return scripts.api.shift() ?? otherwise;
  }

  async function tokenAnswer(body: string): Promise<Scripted> {
    const assertion = new URLSearchParams(body).get('assertion') ?? '';
    if (!assertion.startsWith('keyless.')) {
      claims.push((await jwtVerify(assertion, verifier, { audience: `${baseUrl()}/token` })).payload);
    }
    return { status: 200, body: { access_token: `token-${generation}`, expires_in: 3599, token_type: 'Bearer' } };
  }

  function stsAnswer(body: string): Scripted {
    const subject = new URLSearchParams(body).get('subject_token');
    return subject === 'proof-of-place'
      ? {
          status: 200,
          body: { access_token: 'federated', expires_in: 3600, token_type: 'Bearer', issued_token_type: '' },
        }
      : { status: 400, body: { error: 'invalid_grant', error_description: 'The subject token is not known.' } };
  }

  function signingAnswer(request: IncomingMessage, body: string): Scripted {
    if (request.headers.authorization !== 'Bearer federated') return { status: 401, body: {} };
    claims.push(JSON.parse(JSON.parse(body).payload));
    return { status: 200, body: { keyId: '1', signedJwt: `keyless.${claims.length}` } };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const baseUrl = () => `http://${host}`;
  return {
    url: baseUrl(),
    host,
    asked,
    claims,
    key: JSON.stringify({
      type: 'service_account',
      client_email: SERVICE_ACCOUNT,
      client_id: '1234567890',
      private_key_id: 'key-1',
      private_key: privateKey,
      token_uri: `${baseUrl()}/token`,
    }),
    next: (...answers) => void scripts.api.push(...answers),
    otherwise(answer) {
      otherwise = answer;
    },
    nextToken: (...answers) => void scripts.token.push(...answers),
    nextSts: (...answers) => void scripts.sts.push(...answers),
    nextSigning: (...answers) => void scripts.signing.push(...answers),
    revokeTokens() {
      generation += 1;
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The body of an error as the Directory API sends it. */
export function googleBody(code: number, reason: string, message: string, domain = 'global') {
  return { error: { code, message, errors: [{ message, domain, reason }] } };
}
