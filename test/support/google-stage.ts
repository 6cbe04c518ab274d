import { loadConfig } from '../../src/config/index.js';
import {
  createGoogleConnection,
  type GivenCredential,
  type GoogleClient,
  type GoogleConnection,
  type NewGoogleConnection,
  openGoogleClient,
  readCredential,
} from '../../src/google/index.js';
import type { ScimServer } from './scim-server.js';

type Settings = ReturnType<typeof loadConfig>['google'];

type Wired = Pick<ScimServer, 'database' | 'change' | 'secrets' | 'actor'>;

/** Where the Google of a test is. */
export interface GoogleAddress {
  readonly url: string;
  readonly host: string;
}

export interface GoogleStage {
  readonly settings: Settings;
  connect(
    credential: GivenCredential,
    wanted?: Partial<Omit<NewGoogleConnection, 'credential'>>,
  ): Promise<GoogleConnection>;
  open(connection: GoogleConnection, fields?: Parameters<typeof openGoogleClient>[2]): Promise<GoogleClient>;
}

/** Connections of a test's server to a Google of this machine, asked as often as it likes and tried again at once. */
export function createGoogleStage(
  { database, change, secrets, actor }: Wired,
  { url, host }: GoogleAddress,
  different: Partial<Settings> = {},
): GoogleStage {
  const settings: Settings = {
    ...loadConfig().google,
    ...{ apiRootUrl: url, allowedHosts: [host], tokenUrl: `${url}/token`, stsUrl: url, iamUrl: url },
    requestsPerMinute: 600_000,
    retryFirstMilliseconds: 1,
    ...different,
  };
  let connections = 0;
  return {
    settings,
    async connect(given, wanted = {}) {
      const credential = await readCredential(settings, given);
      connections += 1;
      const command = createGoogleConnection(
        actor(),
        { secrets, limits: settings },
        {
          name: `google-${connections}`,
          subject: 'admin@example.com',
          settings: {},
          ...wanted,
          credential,
        },
      );
      return change.run(actor(), { action: command.action, objectType: command.objectType }, () => command);
    },
    open: (connection, fields = { users: [], groups: [] }) =>
      openGoogleClient({ config: { google: settings }, database, secrets }, connection, fields),
  };
}
