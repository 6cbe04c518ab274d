import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { isProtectedUrl } from '../config/index.js';
import { RollcallError } from '../errors/index.js';
import type { TrustedIssuer } from './trusted-issuers.js';

/** Finds the key that a JWT of an issuer was signed with. */
export type IssuerKeys = (issuer: Pick<TrustedIssuer, 'issuer' | 'jwksUrl'>) => JWTVerifyGetKey;

/** An identity provider that does not answer in this time is away. */
const TIMEOUT_MILLISECONDS = 5_000;
/** A document of keys is a few kilobytes. */
const MOST_BYTES = 262_144;
/** Keys are asked for anew after this time, and at once, but not more often than this, when one is unknown. */
const AGE_MILLISECONDS = 600_000;
const COOLDOWN_MILLISECONDS = 30_000;
/** How long a failure is believed: every request would otherwise wait for it again. */
const FAILURE_MILLISECONDS = 5_000;

const discoveryDocument = z.looseObject({ issuer: z.string(), jwks_uri: z.string() });

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Keys of issuers, fetched when they are first needed and remembered by URL. Keys that are known serve on while the
 * issuer is away.
 * @throws RollcallError `connection.keys-unavailable` where no key is known and none can be had
 */
export function createIssuerKeys(fetcher: Fetch = fetch): IssuerKeys {
  const sets = new LRUCache<string, JWTVerifyGetKey>({ max: 1000 });
  return ({ issuer, jwksUrl }) => {
    const name = jwksUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    let keys = sets.get(name);
    if (keys === undefined) {
      keys = jwksUrl === null ? discovered(issuer, name, fetcher) : remembered(new URL(jwksUrl), fetcher);
      sets.set(name, keys);
    }
    return keys;
  };
}

/** OpenID Connect Discovery 1.0 section 4: the document must be the issuer's own. */
function discovered(issuer: string, url: string, fetcher: Fetch): JWTVerifyGetKey {
  const find = once(async () => {
    const response = await limited(url, { headers: { accept: 'application/json' } }, fetcher);
    const document = discoveryDocument.safeParse(await response.json().catch(() => undefined));
    if (
      !response.ok ||
      !document.success ||
      document.data.issuer !== issuer ||
      !isProtectedUrl(document.data.jwks_uri)
    ) {
      throw unavailable(url, 'it is not the discovery document of the issuer');
    }
    return remembered(new URL(document.data.jwks_uri), fetcher);
  });
  return async (header, token) => (await find())(header, token);
}

function remembered(url: URL, fetcher: Fetch): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MILLISECONDS,
    cooldownDuration: COOLDOWN_MILLISECONDS,
    cacheMaxAge: AGE_MILLISECONDS,
    [customFetch]: (address, init) => limited(address, init, fetcher),
  });
  let failedAt = Number.NEGATIVE_INFINITY;
  return async (header, token) => {
    const known = remote.jwks();
    try {
      if (Date.now() - failedAt < FAILURE_MILLISECONDS) throw unavailable(url.href, 'it was away a moment ago');
      return await remote(header, token);
    } catch (error) {
      // The issuer answered, and the token's key is not among its own.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      if (!(error instanceof RollcallError)) failedAt = Date.now();
      if (known !== undefined) return createLocalJWKSet(known)(header, token);
      throw error instanceof RollcallError ? error : unavailable(url.href, reasonOf(error), error);
    }
  };
}

/** Reads no more than a bound, and follows no redirect: the operator has named this host and no other. */
async function limited(url: string, init: RequestInit, fetcher: Fetch): Promise<Response> {
  let response: Response;
  try {
    response = await fetcher(url, {
      ...init,
      redirect: 'manual',
      signal: init.signal ?? AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
  } catch (error) {
    throw unavailable(url, reasonOf(error), error);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw unavailable(url, `it is longer than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const { status, headers } = response;
  return new Response(status === 204 ? null : Buffer.concat(chunks), { status: Math.max(status, 200), headers });
}

/** The same promise for all who ask while it runs, and again after a failure a little later. */
function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  return () => {
    running ??= work().catch((error: unknown) => {
      setTimeout(() => {
        running = undefined;
      }, FAILURE_MILLISECONDS).unref();
      throw error;
    });
    return running;
  };
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: unknown; cause?: { message?: unknown } };
  return String(cause?.message ?? message ?? error);
}

function unavailable(url: string, reason: string, cause?: unknown): RollcallError {
  const message = `The keys of a trusted issuer cannot be had from ${url} (${reason}); try again.`;
  return new RollcallError('unavailable', 'connection.keys-unavailable', message, {}, { cause });
}
