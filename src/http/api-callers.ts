import type { Logger } from 'pino';
import { Problem } from '../api/index.js';
import type { Change } from '../change/index.js';
import type { Config } from '../config/index.js';
import type { ApiCaller, AuthenticateApi } from '../connections/index.js';
import { RollcallError } from '../errors/index.js';
import { type Challenge, createBearer, type Shown } from './bearer.js';
import { createNoteRefusal, createWarnOfExpiry } from './refusal-notes.js';

interface ApiCallersDependencies {
  readonly config: Pick<Config, 'tokens'>;
  readonly authenticateApi: AuthenticateApi;
  readonly change: Change;
  readonly logger: Logger;
}

interface ShownRequest extends Shown {
  readonly correlationId: string;
}

export interface ApiCallers {
  /** @throws Problem `token.missing`, `token.invalid` (401) */
  authenticate(shown: ShownRequest): Promise<ApiCaller>;
  /** Notes in the provisioning log that a token was used for what it must not do. */
  overstepped(caller: ApiCaller, problem: Problem, correlationId: string): Promise<void>;
}

/** How each kind of token is called in notes about it, and how another one is made. */
function aboutToken(caller: ApiCaller) {
  if (caller.kind === 'application') {
    const { applicationKey: application, applicationId: objectId, tokenId: token } = caller;
    const command = 'rollcall application token create';
    return {
      objectType: 'Application',
      objectId,
      name: 'application',
      holder: { application, token },
      command,
    } as const;
  }
  const { tokenId, tokenName } = caller;
  const holder = { apiToken: tokenId, tokenName };
  const command = 'rollcall api-token create';
  return { objectType: 'ApiToken', objectId: tokenId, name: 'api-token', holder, command } as const;
}

const REFUSALS: Readonly<Record<string, (command: string) => string>> = {
  expired: (command) => `The token has expired: make another one with \`${command}\`.`,
  revoked: (command) => `The token was revoked: make another one with \`${command}\` and use that.`,
};

/** Who uses the API, and what the operator and the log hear of who is refused. */
export function createApiCallers({ authenticateApi, config, ...logs }: ApiCallersDependencies): ApiCallers {
  const noteRefusal = createNoteRefusal(logs);
  const warnOfExpiry = createWarnOfExpiry(logs.logger, config.tokens.warningDays);
  const note = (caller: ApiCaller, what: string, code: string, message: string, correlationId: string) => {
    const { name, objectType, objectId } = aboutToken(caller);
    const apiTokenId = caller.kind === 'program' ? caller.tokenId : undefined;
    const { siteId } = caller;
    const actor = { siteId, source: 'system', connection: undefined, apiTokenId, correlationId } as const;
    const error = new RollcallError('forbidden', `${name}.${code}`, message);
    return noteRefusal(actor, { action: `${name}.refuse-${what}`, objectType, objectId }, error);
  };
  const authenticate = createBearer({
    async verify(token, { correlationId }: ShownRequest) {
      const authentication = await authenticateApi(token);
      if ('refusal' in authentication) {
        const { refusal, holder } = authentication;
        const reason = REFUSALS[refusal];
        if (holder === undefined || reason === undefined) return undefined;
        await note(holder, 'token', `token-${refusal}`, reason(aboutToken(holder).command), correlationId);
        return undefined;
      }
      const { holder, command } = aboutToken(authentication);
      warnOfExpiry({ holder, expiresAt: authentication.expiresAt, command });
      return authentication;
    },
    unauthorized,
  });
  return {
    authenticate,
    async overstepped(caller, { code, message }, correlationId) {
      if (code !== 'token.scope') return;
      await note(caller, 'scope', 'token-scope', message, correlationId);
    },
  };
}

function unauthorized({ missing, challenge }: Challenge): Problem {
  const headers = { 'www-authenticate': challenge };
  return missing
    ? new Problem(401, 'token.missing', 'A bearer token is needed in the Authorization header.', headers)
    : new Problem(401, 'token.invalid', 'The token is not valid.', headers);
}
