import { googleError, quoted } from './errors.js';
import type { Verdict } from './retrying.js';
import { type Refusal, wireFailureIn } from './wire.js';

/** Whose token was asked for, as far as a text may say it. */
export interface TokenRequest {
  readonly clientEmail: string;
  readonly clientId: string | undefined;
  readonly subject: string | undefined;
  readonly scopes: readonly string[];
}

/** Where an administrator of the Workspace lets a service account act for people. */
const DELEGATION = 'Admin console > Security > Access and data control > API controls > Domain-wide delegation';

/** No answer of the token's host, or one of its own troubles. */
export function judgeWire(error: unknown, what: string): Verdict | undefined {
  const failure = wireFailureIn(error);
  if (failure === undefined) return undefined;
  if (failure.reason === 'too-large') {
    const message = `The answer of ${what} is too large: ${failure.what} (GOOGLE_ANSWER_BYTES).`;
    return { error: googleError('configuration', 'answer-too-large', message), again: 'never' };
  }
  const message =
    failure.reason === 'timeout'
      ? `There was ${failure.what} from ${what} (GOOGLE_TIMEOUT_MILLISECONDS).`
      : `The connection to ${what} failed: ${failure.what}. Look at the network, DNS and firewall of this machine.`;
  const name = failure.reason === 'timeout' ? 'timeout' : 'connection-lost';
  return { error: googleError('transient', name, message), again: 'later' };
}

/** What an answer of the token endpoint that is no success means: all of 4xx is for somebody to mend. */
export function judgeTokenRefusal({ status, body }: Refusal, request: TokenRequest): Verdict {
  if (status === 408 || status === 429 || status >= 500) {
    const message = `Google gives no token at the moment: it answered ${status}.`;
    return { error: googleError(status === 429 ? 'quota' : 'transient', 'token-unavailable', message), again: 'later' };
  }
  const { error: code, error_description: description } = fieldsOf(body);
  const [name, message] = explain(code, description, request);
  return { error: googleError('configuration', name, message, { scopes: request.scopes }), again: 'never' };
}

function explain(
  code: string | undefined,
  description: string | undefined,
  { clientEmail, clientId, subject, scopes }: TokenRequest,
): [name: string, message: string] {
  const said = `Google said ${quoted(description ?? code)}.`;
  const about = description ?? '';
  if (code === 'unauthorized_client') {
    const client = clientId === undefined ? `the client ID of ${clientEmail}` : `the client ID ${clientId}`;
    return ['scope-not-delegated', `In ${DELEGATION}, allow ${client} these scopes: ${scopes.join(', ')}. ${said}`];
  }
  if (/short-lived|reasonable timeframe/i.test(about)) {
    return ['clock-wrong', `The clock of this machine is wrong: set it by NTP. ${said}`];
  }
  if (/signature/i.test(about)) {
    const mend = 'make a new key in Google Cloud and run google replace-key';
    return ['key-revoked', `The key of ${clientEmail} is not valid any more: ${mend}. ${said}`];
  }
  if (/verifier|issuer/i.test(about)) {
    const mend = 'choose another service account and run google replace-key';
    return ['service-account-unknown', `The service account ${clientEmail} does not exist any more: ${mend}. ${said}`];
  }
  if (subject !== undefined && /email|user id|account|sub|prn/i.test(about)) {
    const mend = 'it must be an active administrator of the Workspace; activate it, or name another with google set';
    return ['subject-unusable', `Nobody can act as ${subject}: ${mend} --subject. ${said}`];
  }
  return ['token-refused', `Google gives ${clientEmail} no token. ${said}`];
}

function fieldsOf(body: unknown): { error?: string; error_description?: string } {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string'));
}
