import { type Answer, oauthError } from '../http/answer.ts';
import type { Directory } from '../state/directory.ts';
import type { AccessTokens } from './access-tokens.ts';
import { readAssertion } from './assertion.ts';
import type { ServiceAccounts } from './service-accounts.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export interface TokenParts {
  readonly directory: Directory;
  readonly accounts: ServiceAccounts;
  readonly tokens: AccessTokens;
  readonly origin: () => string;
}

/** `POST /token`: an access token for a signed assertion. @throws GoogleError as the endpoint answers */
export function exchangeAssertion(form: URLSearchParams, { directory, accounts, tokens, origin }: TokenParts): Answer {
  const grant = form.get('grant_type');
  if (grant !== JWT_BEARER) throw oauthError(400, 'unsupported_grant_type', `Invalid grant_type: ${grant ?? ''}`);
  const assertion = form.get('assertion');
  if (assertion === null) throw oauthError(400, 'invalid_request', 'Missing required parameter: assertion');
  const { account, subject, scopes } = readAssertion(assertion, accounts, `${origin()}/token`);
  if (scopes.length === 0) throw oauthError(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  if (subject !== undefined) {
    requireSubject(directory, subject);
    // One scope that is not granted refuses all of them.
    if (scopes.some((scope) => !account.delegation.has(scope))) {
      throw oauthError(
        401,
        'unauthorized_client',
        'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the ' +
          'scopes requested.',
      );
    }
  }
  const { token, expiresIn } = tokens.issue({ serviceAccount: account.email, subject, scopes: new Set(scopes) });
  return { status: 200, body: { access_token: token, expires_in: expiresIn, token_type: 'Bearer' } };
}

function requireSubject(directory: Directory, subject: string): void {
  if (!/^[^@\s]+@[^@\s]+$/.test(subject)) throw oauthError(400, 'invalid_request', 'Invalid impersonation "sub" field');
  const user = directory.user(subject);
  if (user !== undefined && !user.suspended && !user.archived) return;
  const gone = directory.deletedUsers.items.some(({ primaryEmail }) => primaryEmail === subject.toLowerCase());
  throw oauthError(
    400,
    'invalid_grant',
    user === undefined && gone ? 'The account has been deleted' : 'Invalid email or User ID',
  );
}
