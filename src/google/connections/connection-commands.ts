import { isDeepStrictEqual } from 'node:util';
import { newConnection } from '../../connections/index.js';
import { type Sql, sql } from '../../database/index.js';
import type { Actor, AttributeChange, LockingCommand, StandaloneCommand } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Secrets } from '../../secrets/index.js';
import { type Credential, credentialColumns } from './credential.js';
import type { GoogleConnection } from './google-connection.js';
import { onGoogleConnection } from './on-google-connection.js';
import { type PartialGoogleSettings, parseSettings, type SettingLimits } from './settings.js';
import { type GivenWorkspace, parseWorkspace } from './workspace.js';

export interface NewGoogleConnection extends GivenWorkspace {
  readonly name: string;
  readonly credential: Credential;
  readonly settings: PartialGoogleSettings;
  readonly intervalMinutes?: number | undefined;
}

export interface GoogleConnectionChange extends GivenWorkspace {
  readonly settings?: PartialGoogleSettings | undefined;
  readonly intervalMinutes?: number | undefined;
}

/** Once an hour: an unchanged run of 100,000 users costs five minutes of Google's default quota. */
const DEFAULT_INTERVAL_MINUTES = 60;

/** A month. */
const LONGEST_INTERVAL_MINUTES = 44_640;

/**
 * Makes a connection that reads Google Workspace. It has no token: nobody connects to it.
 * @throws RollcallError `connection.name-taken`, `google.setting-invalid`, and what parseWorkspace throws
 */
export function createGoogleConnection(
  actor: Actor,
  { secrets, limits }: { readonly secrets: Secrets; readonly limits: SettingLimits },
  wanted: NewGoogleConnection,
): StandaloneCommand<GoogleConnection> {
  const { credential, intervalMinutes = DEFAULT_INTERVAL_MINUTES } = wanted;
  const workspace = parseWorkspace(wanted);
  const settings = parseSettings(wanted.settings, undefined, limits);
  requireInterval(intervalMinutes);
  const { connection, insert } = newConnection(actor, wanted.name, 'google');
  const { siteId, id, name, createdAt } = connection;
  const { serviceAccount, keyId } = credential;
  const { sealed, keyless } = credentialColumns(secrets, id, credential);
  const created: GoogleConnection = {
    ...{ siteId, id, name, keyless, serviceAccount, keyId, settings, intervalMinutes, createdAt },
    ...workspace,
    state: 'active',
    reason: null,
    stateSince: createdAt,
    updatedAt: createdAt,
  };
  const told = { name, type: 'google', ...workspace, serviceAccount, keyId, keyless, intervalMinutes, ...settings };
  return {
    action: 'google.connect',
    objectType: 'Connection',
    objectId: id,
    standalone: () => ({
      result: created,
      objectId: id,
      objectName: name,
      changed: Object.entries(told)
        .filter(([, value]) => value !== null)
        .map(([attribute, value]) => ({ attribute, old: undefined, new: value })),
      subjects: [],
      affectedUserIds: [],
      writes: [
        insert,
        sql`
          INSERT INTO google_connections (site_id, id, customer, domain, subject, credential, keyless, service_account,
            key_id, settings, interval_minutes, state_since, created_at, updated_at)
          VALUES (${siteId}, ${id}, ${workspace.customer}, ${workspace.domain}, ${workspace.subject}, ${sealed}::bytea,
            ${keyless}, ${serviceAccount}, ${keyId}, ${JSON.stringify(settings)}::jsonb, ${intervalMinutes}, ${createdAt},
            ${createdAt}, ${createdAt})`,
      ],
    }),
  };
}

/**
 * Changes what is given.
 * @throws RollcallError `google.connection-not-found`, `google.setting-invalid`, and what parseWorkspace throws
 */
export function updateGoogleConnection(
  actor: Actor,
  limits: SettingLimits,
  name: string,
  wanted: GoogleConnectionChange,
): LockingCommand<GoogleConnection> {
  return onGoogleConnection(actor, 'google.update', name, async (connection) => {
    const workspace = parseWorkspace(wanted, connection);
    const settings = parseSettings(wanted.settings ?? {}, connection.settings, limits);
    const intervalMinutes = wanted.intervalMinutes ?? connection.intervalMinutes;
    requireInterval(intervalMinutes);
    const { customer, domain, subject } = connection;
    const changed = differences(
      { customer, domain, subject, intervalMinutes: connection.intervalMinutes, ...connection.settings },
      { ...workspace, intervalMinutes, ...settings },
    );
    return {
      result: { ...connection, ...workspace, settings, intervalMinutes, updatedAt: new Date() },
      changed,
      writes:
        changed.length === 0
          ? []
          : [
              update(
                connection,
                sql`
                  customer = ${workspace.customer}, domain = ${workspace.domain}, subject = ${workspace.subject},
                  settings = ${JSON.stringify(settings)}::jsonb, interval_minutes = ${intervalMinutes}`,
              ),
            ],
    };
  });
}

/**
 * Puts another key, or a keyless credential, in the place of the one that is used. A connection that needed attention
 * goes on.
 * @throws RollcallError `google.connection-not-found`
 */
export function replaceGoogleCredential(
  actor: Actor,
  secrets: Secrets,
  name: string,
  credential: Credential,
): LockingCommand<GoogleConnection> {
  return onGoogleConnection(actor, 'google.replace-key', name, async (connection) => {
    const { serviceAccount, keyId } = credential;
    const { sealed, keyless } = credentialColumns(secrets, connection.id, credential);
    const state = connection.state === 'needs-attention' ? 'active' : connection.state;
    const { serviceAccount: account, keyId: key, keyless: source } = connection;
    return {
      result: { ...connection, serviceAccount, keyId, keyless, state, reason: null, updatedAt: new Date() },
      changed: [
        { attribute: 'credential', old: '(former)', new: '(changed)' },
        ...differences(
          { serviceAccount: account, keyId: key, keyless: source, state: connection.state },
          { serviceAccount, keyId, keyless, state },
        ),
      ],
      writes: [
        update(
          connection,
          sql`
            credential = ${sealed}::bytea, keyless = ${keyless}, service_account = ${serviceAccount}, key_id = ${keyId},
            state_since = CASE WHEN state = ${state} THEN state_since ELSE now() END, state = ${state},
            reason_code = NULL, reason_text = NULL`,
        ),
      ],
    };
  });
}

/** An administrator stops the runs of a connection, or lets them go on. @throws RollcallError `google.connection-not-found` */
export function setGoogleState(
  actor: Actor,
  name: string,
  state: 'active' | 'paused',
): LockingCommand<GoogleConnection> {
  const action = state === 'paused' ? 'google.pause' : 'google.resume';
  return onGoogleConnection(actor, action, name, async (connection) => changeState(connection, state, null));
}

/**
 * Stops the schedule of a connection until somebody has mended what is wrong. A paused one stays paused: nothing is
 * read anyway.
 * @param reason of a client's error of the class `configuration`
 * @throws RollcallError `google.connection-not-found`
 */
export function markNeedsAttention(
  actor: Actor,
  connectionId: string,
  reason: { readonly code: string; readonly text: string },
): LockingCommand<GoogleConnection> {
  return onGoogleConnection(actor, 'google.needs-attention', connectionId, async (connection) =>
    connection.state === 'paused'
      ? { result: connection, changed: [], writes: [] }
      : changeState(connection, 'needs-attention', reason),
  );
}

/** Why a connection is stale: how many runs failed in a row, the last of them with this, and how old the data is. */
export interface Staleness {
  readonly failures: number;
  readonly ageSeconds: number;
  readonly error: { readonly code: string; readonly text: string } | null;
}

/**
 * Notes that what was read of a Google Workspace is too old or that nothing can be read, and when that is over.
 * @param staleness null: it is well again
 * @throws RollcallError `google.connection-not-found`
 */
export function noteStaleness(
  actor: Actor,
  connectionId: string,
  staleness: Staleness | null,
): LockingCommand<GoogleConnection> {
  const action = staleness === null ? 'google.fresh' : 'google.stale';
  return onGoogleConnection(actor, action, connectionId, async (connection) => ({
    result: connection,
    changed: [
      { attribute: 'stale', old: staleness === null, new: staleness !== null },
      ...Object.entries(staleness ?? {}).map(([attribute, value]) => ({ attribute, old: undefined, new: value })),
    ],
    writes: [update(connection, staleness === null ? sql`stale_since = NULL` : sql`stale_since = now()`)],
  }));
}

function changeState(
  connection: GoogleConnection,
  state: GoogleConnection['state'],
  reason: GoogleConnection['reason'],
) {
  const { state: before, reason: reasonBefore } = connection;
  const changed = differences({ state: before, reason: reasonBefore }, { state, reason });
  return {
    result: { ...connection, state, reason, stateSince: before === state ? connection.stateSince : new Date() },
    changed,
    writes:
      changed.length === 0
        ? []
        : [
            update(
              connection,
              sql`
                state_since = CASE WHEN state = ${state} THEN state_since ELSE now() END, state = ${state},
                reason_code = ${reason?.code ?? null}, reason_text = ${reason?.text ?? null}`,
            ),
          ],
  };
}

function update({ siteId, id }: GoogleConnection, assignments: Sql): Sql {
  return sql`
    UPDATE google_connections SET ${assignments}, updated_at = now() WHERE site_id = ${siteId} AND id = ${id}`;
}

/** What differs, name by name. */
function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): AttributeChange[] {
  return Object.keys(after)
    .filter((attribute) => !isDeepStrictEqual(before[attribute], after[attribute]))
    .map((attribute) => ({ attribute, old: before[attribute] ?? undefined, new: after[attribute] ?? undefined }));
}

function requireInterval(minutes: number): void {
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST_INTERVAL_MINUTES) return;
  const message = `The interval must be a whole number of minutes from 1 to ${LONGEST_INTERVAL_MINUTES}.`;
  throw new RollcallError('invalid', 'google.setting-invalid', message, { setting: 'intervalMinutes' });
}
