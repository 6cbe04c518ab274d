import { RollcallError } from '../../errors/index.js';
import { type GoogleClient, type GoogleClientSettings, googleErrorClass, type ScopeSet } from '../client/index.js';
import type { Credential } from './credential.js';
import type { GoogleConnection } from './google-connection.js';
import { type ClientServices, type ConnectionOutline, clientBy, storedCredential } from './open-client.js';
import type { GoogleSettings } from './settings.js';

/** What came of trying one kind of object. */
export interface ConnectionCheck {
  /** `users`, `groups`, `members`, `org-units`, `customer`, `domains`, `schemas`, `reports` */
  readonly name: string;
  readonly scope: string;
  /** Whether runs with the present settings need it. */
  readonly required: boolean;
  readonly outcome: 'ok' | 'failed' | 'not-tried';
  readonly code?: string;
  /** What to do, or why it was not tried. */
  readonly message?: string;
}

interface Trial {
  readonly name: string;
  readonly set: ScopeSet;
  readonly scope: string;
  readonly required: boolean;
  /** @returns why it could not be tried */
  try(client: GoogleClient, signal: AbortSignal): Promise<string | undefined>;
}

/** A test tells soon what a run would try again and again. */
const FEW_RETRIES = 1;

/** Errors of one kind of object; all others would come for every kind. */
const OF_ONE_KIND = [
  'google.scope-not-delegated',
  'google.scope-missing',
  'google.not-authorized',
  'google.api-disabled',
  'google.domain-apis-off',
  'google.customer-unknown',
  'google.domain-unknown',
];

/**
 * Tries each kind of object with one item, by a token for its scope alone, so that each missing scope is named.
 * @throws RollcallError `google.*` where nothing can be tried, `google.cancelled`
 */
export async function testGoogleConnection(
  services: ClientServices,
  connection: GoogleConnection,
  signal: AbortSignal,
): Promise<readonly ConnectionCheck[]> {
  const credential = await storedCredential(services, connection);
  return tryEach(services.config.google, credential, connection, signal);
}

async function tryEach(
  settings: GoogleClientSettings,
  credential: Credential,
  connection: ConnectionOutline,
  signal: AbortSignal,
): Promise<readonly ConnectionCheck[]> {
  const checks: ConnectionCheck[] = [];
  let stopped: string | undefined;
  for (const trial of trialsOf(connection.settings)) {
    const { name, required } = trial;
    const scope = `https://www.googleapis.com/auth/${trial.scope}`;
    if (stopped !== undefined) {
      checks.push({ name, scope, required, outcome: 'not-tried', message: stopped });
      continue;
    }
    const client = await clientBy(settings, credential, connection, NO_MAPPING, {
      pageSize: 1,
      scopesOf: () => [trial.scope],
      settings: { retries: Math.min(settings.retries, FEW_RETRIES) },
    });
    try {
      const message = await trial.try(client, signal);
      const outcome = message === undefined ? 'ok' : 'not-tried';
      checks.push({ name, scope, required, outcome, ...(message === undefined ? {} : { message }) });
    } catch (error) {
      if (!(error instanceof RollcallError) || googleErrorClass(error) === 'cancelled') throw error;
      const { code, message } = error;
      checks.push({ name, scope, required, outcome: 'failed', code, message });
      if (!OF_ONE_KIND.includes(code) && googleErrorClass(error) !== 'object') stopped = `${name} failed already`;
    }
  }
  return checks;
}

const NO_MAPPING = { users: [], groups: [] };

function trialsOf({ selection, mapping }: GoogleSettings): readonly Trial[] {
  const byUnit = selection.mode === 'selected' && selection.orgUnits.length > 0;
  const ownFields = Object.values(mapping).some((source) => source.includes('customSchemas'));
  const first = { pageToken: undefined };
  let group: string | undefined;
  const trial = (
    name: string,
    set: ScopeSet,
    scope: string,
    required: boolean,
    attempt: (client: GoogleClient, signal: AbortSignal) => Promise<unknown>,
  ): Trial => ({
    name,
    set,
    scope,
    required,
    try: async (client, signal) => {
      await attempt(client, signal);
      return undefined;
    },
  });
  return [
    trial('users', 'directory', 'admin.directory.user.readonly', true, (client, signal) =>
      client.listUsers({ ...first, signal }),
    ),
    trial('groups', 'directory', 'admin.directory.group.readonly', true, async (client, signal) => {
      const { items } = await client.listGroups({ ...first, signal });
      group = items[0]?.id;
    }),
    {
      name: 'members',
      set: 'directory',
      scope: 'admin.directory.group.member.readonly',
      required: true,
      async try(client, signal) {
        if (group === undefined) return 'there is no group whose members could be read';
        await client.listMembers(group, { ...first, signal });
        return undefined;
      },
    },
    trial('org-units', 'orgUnits', 'admin.directory.orgunit.readonly', byUnit, (client, signal) =>
      client.listOrgUnits(signal),
    ),
    trial('customer', 'customer', 'admin.directory.customer.readonly', false, (client, signal) =>
      client.readCustomer(signal),
    ),
    trial('domains', 'domains', 'admin.directory.domain.readonly', false, (client, signal) =>
      client.listDomains(signal),
    ),
    trial('schemas', 'schemas', 'admin.directory.userschema.readonly', ownFields, (client, signal) =>
      client.listSchemas(signal),
    ),
    trial('reports', 'reports', 'admin.reports.audit.readonly', false, (client, signal) =>
      client.listActivities({
        application: 'admin',
        startTime: new Date(Date.now() - RECENTLY),
        pageToken: undefined,
        signal,
      }),
    ),
  ];
}

/** Enough to see whether reports can be read, little enough to be quick. */
const RECENTLY = 3_600_000;
