import { violatedConstraint } from '../database/index.js';
import { type ErrorKind, RollcallError } from '../errors/index.js';
import { LocksOutdated } from './command.js';
import { NAME_TAKEN } from './groups/unique-name.js';
import { USER_NAME_TAKEN } from './users/user-name-taken.js';

/** What it means that a unique index or constraint refused a row; found out by the index, so that no race gets by. */
const MEANINGS: Readonly<Record<string, { kind: ErrorKind; code: string; message: string }>> = {
  users_user_name_unique: {
    kind: 'conflict',
    code: 'user.user-name-taken',
    message: USER_NAME_TAKEN,
  },
  groups_unique_name: { kind: 'conflict', code: 'group.name-taken', message: NAME_TAKEN },
  unique_values_pk: {
    kind: 'conflict',
    code: 'attribute.value-taken',
    message: 'An attribute that has to be unique has a value that another object has; the log names that object.',
  },
  sites_key_unique: {
    kind: 'conflict',
    code: 'site.key-taken',
    message: 'A site with this key exists; choose another.',
  },
  domains_pk: { kind: 'conflict', code: 'domain.exists', message: 'The site has this domain already.' },
  domains_verified_once: {
    kind: 'conflict',
    code: 'domain.of-another-site',
    message: 'The domain is verified by another site; it belongs to one site only.',
  },
  connections_name_unique: {
    kind: 'conflict',
    code: 'connection.name-taken',
    message: 'A connection with this name exists in the site; choose another name.',
  },
  trusted_issuers_unique: {
    kind: 'conflict',
    code: 'connection.issuer-exists',
    message: 'The connection trusts this issuer for this audience already.',
  },
  applications_key_unique: {
    kind: 'conflict',
    code: 'application.key-taken',
    message: 'An application with this key exists in the site; choose another key.',
  },
  application_activity_application: {
    kind: 'not-found',
    code: 'application.not-found',
    message: 'There is no such application any more.',
  },
  licences_name_unique: {
    kind: 'conflict',
    code: 'licence.name-taken',
    message: 'A licence of the application has this name; choose another.',
  },
  grants_role: { kind: 'not-found', code: 'grant.no-role', message: 'There is no such role.' },
  grants_group_role: { kind: 'conflict', code: 'grant.exists', message: 'The group has this role already.' },
  grants_user_role: { kind: 'conflict', code: 'grant.exists', message: 'The user has this role already.' },
  google_runs_at_work: {
    kind: 'conflict',
    code: 'google.busy',
    message: 'Another run of this connection is at work: wait until it is over, or cancel it.',
  },
};

/** Ids that the caller of an import chose, and that somebody else, the same import once more, has used meanwhile. */
const IDS = new Set(['users_pk', 'groups_pk']);

/** Whether a command has to be made again: what it knew when it took its locks no longer holds. */
export function isOutdated(error: unknown): boolean {
  return error instanceof LocksOutdated || IDS.has(violatedConstraint(error) ?? '');
}

/** An error of the domain in place of the violated constraint's; any other error comes back as it is. */
export function translateViolation(error: unknown): unknown {
  const meaning = MEANINGS[violatedConstraint(error) ?? ''];
  return meaning === undefined
    ? error
    : new RollcallError(meaning.kind, meaning.code, meaning.message, {}, { cause: error });
}
