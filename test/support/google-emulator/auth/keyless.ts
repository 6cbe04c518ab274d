import { randomBytes } from 'node:crypto';
import { oauthError } from '../http/answer.ts';
import type { AccessTokens } from './access-tokens.ts';
import { CLOUD_PLATFORM } from './scopes.ts';
import type { AccountOptions, ServiceAccounts } from './service-accounts.ts';

const POOL =
  '//iam.googleapis.com/projects/100000000001/locations/global/workloadIdentityPools/emulated/providers/workload';
const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:jwt';

/** What a workload needs that acts for a service account without its key. */
export interface KeylessAccount {
  readonly serviceAccount: string;
  /** What the workload proves itself with; also answered by `credentials.credential_source.url`. */
  readonly subjectToken: string;
  /** The base of `/v1/token`. */
  readonly stsUrl: string;
  /** The base of `/v1/projects/-/serviceAccounts/…:signJwt`. */
  readonly iamUrl: string;
  /** Answers like the metadata server of a machine of the cloud. */
  readonly metadataUrl: string;
  /** A configuration of type `external_account`, as Google's libraries read it. */
  readonly credentials: {
    readonly type: 'external_account';
    readonly audience: string;
    readonly subject_token_type: string;
    readonly token_url: string;
    readonly credential_source: { readonly url: string };
    readonly service_account_impersonation_url: string;
  };
}

export interface Keyless {
  /** Makes a service account and a workload that may sign for it. */
  keylessFor(options?: AccountOptions): KeylessAccount;
  /** Exchanges what a workload proves itself with (RFC 8693). @throws GoogleError as the token service answers */
  exchange(form: URLSearchParams): { readonly token: string; readonly expiresIn: number };
  /** The token of the workload that was made last, from the metadata server. */
  metadataToken(): { readonly token: string; readonly expiresIn: number };
  readonly subjectToken: string | undefined;
}

export function createKeyless(origin: () => string, accounts: ServiceAccounts, tokens: AccessTokens): Keyless {
  const workloads = new Map<string, string>();
  let newest: string | undefined;

  const issue = (workload: string, scopes: readonly string[]) =>
    tokens.issue({ serviceAccount: workload, subject: undefined, scopes: new Set(scopes) });

  return {
    keylessFor(options) {
      const workload = `principal:${POOL}/subject/workload-${workloads.size + 1}`;
      const { client_email: serviceAccount } = accounts.keyFor(options);
      accounts.change(serviceAccount, { signers: [workload] });
      const subjectToken = randomBytes(24).toString('base64url');
      workloads.set(subjectToken, workload);
      newest = subjectToken;
      return {
        serviceAccount,
        subjectToken,
        stsUrl: origin(),
        iamUrl: origin(),
        metadataUrl: origin(),
        credentials: {
          type: 'external_account',
          audience: POOL,
          subject_token_type: TOKEN_TYPE,
          token_url: `${origin()}/v1/token`,
          credential_source: { url: `${origin()}/subject-token` },
          service_account_impersonation_url: `${origin()}/v1/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`,
        },
      };
    },
    exchange(form) {
      if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange') {
        throw oauthError(400, 'unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type') ?? ''}`);
      }
      if (form.get('audience') !== POOL) throw oauthError(400, 'invalid_target', 'The target service is invalid.');
      const workload = workloads.get(form.get('subject_token') ?? '');
      if (form.get('subject_token_type') !== TOKEN_TYPE || workload === undefined) {
        throw oauthError(400, 'invalid_grant', 'The given credential is rejected by the attribute condition.');
      }
      return issue(workload, (form.get('scope') ?? '').split(' '));
    },
    metadataToken() {
      const workload = workloads.get(newest ?? '');
      if (workload === undefined) throw oauthError(404, 'not_found', 'no service account is attached');
      return issue(workload, [CLOUD_PLATFORM]);
    },
    get subjectToken() {
      return newest;
    },
  };
}
