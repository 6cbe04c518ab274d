import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { RollcallError } from '../../errors/index.js';
import { googleError } from './errors.js';
import { judgeTokenRefusal, judgeWire, type TokenRequest } from './judge-token.js';
import { retrying } from './retrying.js';
import { scopeText } from './scopes.js';
import { requireTokenHost, type ServiceAccountKey } from './service-account-key.js';
import type { GoogleClientSettings } from './settings.js';
import type { AccessToken } from './tokens.js';
import type { UsageCounter } from './usage.js';
import { Refusal, type Wire } from './wire.js';

/** Claims of the JWT that is exchanged for a token. */
export interface AssertionClaims {
  readonly iss: string;
  readonly sub?: string;
  readonly scope: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
}

/** Who signs for a service account, and where the signature is exchanged. */
export interface Signer {
  readonly clientEmail: string;
  readonly clientId: string | undefined;
  readonly tokenUri: string;
  /** @returns the JWT @throws RollcallError `google.*` */
  sign(claims: AssertionClaims, signal: AbortSignal): Promise<string>;
}

/** Signs with an uploaded key. @throws RollcallError `google.token-host-refused` where its host is not allowed any more */
export function keySigner(
  key: ServiceAccountKey,
  { allowedHosts }: Pick<GoogleClientSettings, 'allowedHosts'>,
): Signer {
  requireTokenHost(key.tokenUri, allowedHosts);
  const privateKey = createPrivateKey(key.privateKey);
  const header = { alg: 'RS256', typ: 'JWT', ...(key.keyId === undefined ? {} : { kid: key.keyId }) };
  return {
    clientEmail: key.clientEmail,
    clientId: key.clientId,
    tokenUri: key.tokenUri,
    sign: (claims) => new SignJWT({ ...claims }).setProtectedHeader(header).sign(privateKey),
  };
}

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The longest life that Google gives such a token, in seconds. */
const LIFE = 3600;

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

export interface TokenDependencies {
  readonly settings: GoogleClientSettings;
  readonly wire: Wire;
  readonly usage: UsageCounter;
}

/**
 * Exchanges a signed JWT for an access token (RFC 7523 section 2.1).
 * @param subject for whom the service account acts; undefined: for itself, with its own role
 * @throws RollcallError `google.*`
 */
export function requestToken(
  { settings, wire, usage }: TokenDependencies,
  signer: Signer,
  subject: string | undefined,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<AccessToken> {
  const { clientEmail, clientId, tokenUri } = signer;
  const request: TokenRequest = { clientEmail, clientId, subject, scopes };
  return retrying(
    async () => {
      const now = Math.floor(Date.now() / 1000);
      const claims: AssertionClaims = {
        iss: clientEmail,
        ...(subject === undefined ? {} : { sub: subject }),
        scope: scopeText(scopes),
        aud: tokenUri,
        iat: now,
        exp: now + LIFE,
      };
      const assertion = await signer.sign(claims, signal);
      const body = new URLSearchParams({ grant_type: GRANT_TYPE, assertion });
      const answer = await postForJson(wire, tokenUri, { body, signal });
      const { access_token: token, expires_in: seconds } = answerSchema.parse(answer);
      return { token, expiresAt: new Date(Date.now() + seconds * 1000) };
    },
    (error) => judgeToken(error, tokenUri, (refusal) => judgeTokenRefusal(refusal, request)),
    { settings, usage, signal },
  );
}

/** @throws Refusal where it is no success, WireFailure */
export async function postForJson(wire: Wire, url: string, init: RequestInit): Promise<unknown> {
  const response = await wire(url, { ...init, method: 'POST' });
  const text = await response.text();
  const body = parse(text);
  if (!response.ok) throw new Refusal(response.status, body ?? text, response.headers.get('retry-after'));
  return body;
}

/** The verdict on anything that can go wrong on the way to a token. */
export function judgeToken(
  error: unknown,
  url: string,
  judgeRefusal: (refusal: Refusal) => ReturnType<typeof judgeTokenRefusal>,
) {
  const { host } = new URL(url);
  if (error instanceof Refusal) return judgeRefusal(error);
  const verdict = judgeWire(error, host);
  if (verdict !== undefined) return verdict;
  // What a signer has thrown was judged there.
  if (error instanceof RollcallError) return { error, again: 'never' } as const;
  if (!(error instanceof z.ZodError)) throw error;
  const message = `${host} sent an answer that cannot be read; a proxy may stand between.`;
  return { error: googleError('transient', 'token-unreadable', message), again: 'later' } as const;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
