import { z } from 'zod';
import { type AssertionClaims, judgeToken, postForJson, type Signer, type TokenDependencies } from './access-tokens.js';
import { googleError, quoted } from './errors.js';
import { judgeWire } from './judge-token.js';
import type { KeylessSource } from './keyless-source.js';
import { loadLibrary } from './library.js';
import { retrying, type Verdict } from './retrying.js';
import { type AccessToken, createTokenSource } from './tokens.js';
import type { Refusal } from './wire.js';

const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

/** Where a federated token does not say how long it lives: as long as they usually do. */
const USUAL_LIFE = 3_600_000;

const signedSchema = z.object({ signedJwt: z.string().min(1) });

/**
 * Has Google sign: a token of the place where the server runs (file, address, metadata server) is exchanged at STS for
 * a Google token, by which IAM signs on behalf of the service account. No key is anywhere.
 */
export function keylessSigner(dependencies: TokenDependencies, source: KeylessSource): Signer {
  const { settings, wire, usage } = dependencies;
  const federated = createTokenSource((signal) => federatedToken(dependencies, source, signal));
  const { clientEmail } = source;
  const url = `${settings.iamUrl}/v1/projects/-/serviceAccounts/${encodeURIComponent(clientEmail)}:signJwt`;

  async function sign(claims: AssertionClaims, signal: AbortSignal): Promise<string> {
    const token = await federated.get(signal);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ payload: JSON.stringify(claims) });
    return signedSchema.parse(await postForJson(wire, url, { headers, body, signal })).signedJwt;
  }

  return {
    clientEmail,
    clientId: undefined,
    tokenUri: settings.tokenUrl,
    sign: (claims, signal) =>
      retrying(
        () => sign(claims, signal),
        (error) => judgeToken(error, url, (refusal) => judgeSigning(refusal, source)),
        { settings, usage, signal },
      ),
  };
}

async function federatedToken(
  { settings, wire, usage }: TokenDependencies,
  { name, credential }: KeylessSource,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { auth } = await loadLibrary();
  let status = 0;
  const fetchImplementation: typeof fetch = async (url, init) => {
    const response = await wire(url instanceof Request ? url.url : url, { ...init, signal });
    status = response.status;
    return response;
  };
  const judge = (error: unknown): Verdict => {
    const verdict = judgeWire(error, 'the source of the keyless credential or STS');
    if (verdict !== undefined) return verdict;
    const again = status === 429 || status >= 500;
    const said = quoted(messageOf(error));
    const message = again
      ? `STS gives no token for the keyless credential "${name}" at the moment: it answered ${status}.`
      : `The keyless credential "${name}" gives no token: ${said}. Look at its credential_source and at the workload identity pool.`;
    return {
      error: googleError(
        again ? 'transient' : 'configuration',
        again ? 'token-unavailable' : 'keyless-refused',
        message,
      ),
      again: again ? 'later' : 'never',
    };
  };
  return retrying(
    async () => {
      status = 0;
      const options = {
        ...credential,
        ...(settings.stsUrl === undefined ? {} : { token_url: `${settings.stsUrl}/v1/token` }),
        scopes: [CLOUD_PLATFORM],
        transporterOptions: { fetchImplementation, retry: false },
      };
      // By name, not by ExternalAccountClient.fromJSON: that warns on standard error, and runs programs. What a source
      // needs besides is checked by the client of its kind.
      const client =
        'environment_id' in credential.credential_source
          ? new auth.AwsClient(options as unknown as ConstructorParameters<typeof auth.AwsClient>[0])
          : new auth.IdentityPoolClient(options);
      const { token } = await client.getAccessToken();
      if (token === null || token === undefined) throw new Error('STS sent no token');
      return { token, expiresAt: new Date(client.credentials.expiry_date ?? Date.now() + USUAL_LIFE) };
    },
    judge,
    { settings, usage, signal },
  );
}

/** An OAuth error of the library says `Error code invalid_grant: …`; its other properties hold what was sent. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

function judgeSigning({ status, body }: Refusal, { clientEmail }: KeylessSource): Verdict {
  if (status === 408 || status === 429 || status >= 500) {
    const message = `IAM does not sign at the moment: it answered ${status}.`;
    return { error: googleError('transient', 'signing-unavailable', message), again: 'later' };
  }
  const parsed = z.object({ error: z.object({ message: z.string() }) }).safeParse(body);
  const said = quoted(parsed.success ? parsed.data.error.message : `status ${status}`);
  const message =
    `IAM does not sign for ${clientEmail}: switch the IAM Service Account Credentials API on, and give the keyless ` +
    `identity the role Service Account Token Creator on it. Google said ${said}.`;
  return { error: googleError('configuration', 'signing-refused', message), again: 'never' };
}
