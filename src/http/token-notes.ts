import type { Logger } from 'pino';
import type { Change } from '../change/index.js';
import type { Connection } from '../connections/index.js';
import { RollcallError } from '../errors/index.js';
import type { Authenticated, OnRefusal } from './authenticate-request.js';
import { createNoteRefusal, createWarnOfExpiry } from './refusal-notes.js';

const REASONS: Readonly<Record<string, string>> = {
  expired: 'The token has expired: rotate it with `rollcall connection rotate-token`.',
  revoked: 'The token was revoked: give the client its new one.',
  'not-for-us':
    'The JWT is of a trusted issuer, but its audience, tenant or client is not what the connection trusts: see `rollcall connection show`.',
  'inactive-user': 'The user whose token this is is suspended or deactivated.',
};

export interface TokenNotes {
  /** Notes in the provisioning log that a token was refused whose connection is known. */
  readonly refused: OnRefusal;
  /** Notes that a token with the scope `read` was used to write. */
  readOnly(connection: Connection, correlationId: string): Promise<void>;
  /** Warns in the server's log, once a day and token, that it will expire. */
  expiring(authenticated: Authenticated): void;
}

export interface TokenNotesDependencies {
  readonly change: Change;
  readonly logger: Logger;
  readonly warningDays: number;
}

/** What the operator should hear about tokens of connections, not more often than is of use. */
export function createTokenNotes({ change, logger, warningDays }: TokenNotesDependencies): TokenNotes {
  const noteRefusal = createNoteRefusal({ change, logger });
  const warnOfExpiry = createWarnOfExpiry(logger, warningDays);
  const note = (connection: Connection, action: string, error: RollcallError, correlationId: string) => {
    const { id, name, adopt, siteId } = connection;
    const actor = { siteId, source: 'scim', connection: { id, name, adopt }, correlationId } as const;
    return noteRefusal(actor, { action, objectType: 'Connection', objectId: id }, error);
  };
  return {
    async refused({ refusal, connection }, correlationId) {
      const reason = REASONS[refusal];
      if (connection === undefined || reason === undefined) return;
      const error = new RollcallError('forbidden', `connection.token-${refusal}`, reason);
      await note(connection, 'connection.refuse-token', error, correlationId);
    },
    async readOnly(connection, correlationId) {
      const message = 'A token with the scope read was used to write; writing needs one with the scope write.';
      const error = new RollcallError('forbidden', 'connection.read-only-token', message);
      await note(connection, 'connection.refuse-scope', error, correlationId);
    },
    expiring({ connection, expiresAt }) {
      if (expiresAt === undefined) return;
      const holder = { connection: connection.key };
      warnOfExpiry({ holder, expiresAt, command: 'rollcall connection rotate-token' });
    },
  };
}
