import { customerRoutes } from './api/customers.ts';
import { groupRoutes } from './api/groups.ts';
import { memberRoutes } from './api/members.ts';
import { orgUnitRoutes } from './api/org-units.ts';
import type { World } from './api/route.ts';
import { userRoutes } from './api/users.ts';
import { createAccessTokens } from './auth/access-tokens.ts';
import { READ_ONLY_SCOPES } from './auth/scopes.ts';
import { createServiceAccounts, type ServiceAccounts } from './auth/service-accounts.ts';
import { exchangeAssertion } from './auth/token-endpoint.ts';
import { type Clock, createClock } from './clock.ts';
import { answerControl, isControl } from './control/answer-control.ts';
import { createFaults, type FaultName, type SetFault } from './faults/create-faults.ts';
import type { FaultOptions } from './faults/fault.ts';
import { type Answer, GoogleError } from './http/answer.ts';
import { answerApi } from './http/answer-api.ts';
import { createPageTokens } from './http/page-tokens.ts';
import { createQuota } from './http/quota.ts';
import { createRequestLog, type LoggedRequest } from './http/request-log.ts';
import { createRouter } from './http/router.ts';
import { type Received, serve } from './http/serve.ts';
import { seedDirectory } from './seed/seed-directory.ts';
import type { SeedOptions } from './seed/seed-options.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { Directory } from './state/directory.ts';
import { effectiveMembers } from './state/effective-members.ts';
import { createGroupControl, type GroupControl } from './state/groups.ts';
import { createMemberControl, type MemberControl } from './state/members.ts';
import { createOrgUnitControl, type OrgUnitControl } from './state/org-units.ts';
import { createUserControl, type UserControl } from './state/users.ts';

export interface EmulatorOptions {
  /** A free one unless said. */
  readonly port?: number;
  readonly settings?: Partial<Settings>;
  /** What the directory holds at first; an administrator in one domain unless said. */
  readonly seed?: SeedOptions;
}

export interface Emulator {
  /** `http://127.0.0.1:PORT`, what GOOGLE_API_ROOT_URL is set to. */
  readonly origin: string;
  readonly customerId: string;
  /** The super administrator of the seeded directory. */
  readonly adminEmail: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly users: UserControl;
  readonly groups: GroupControl;
  readonly members: MemberControl;
  readonly orgUnits: OrgUnitControl;
  readonly accounts: ServiceAccounts;
  readonly keyFor: ServiceAccounts['keyFor'];
  /** Puts another directory in place of this one. @throws Error naming the option that is out of bounds */
  seed(options: SeedOptions): void;
  /** An access token without the exchange, for a super administrator with every read-only scope unless said. */
  accessToken(options?: { readonly subject?: string; readonly scopes?: readonly string[] }): string;
  /** Takes back every access token. */
  revokeTokens(): void;
  /** Lets something go wrong. @throws Error for a name or an option that does not exist */
  fault(name: FaultName, options?: FaultOptions): SetFault;
  clearFaults(): void;
  readonly activeFaults: readonly FaultName[];
  /** What was asked, the newest 100,000. */
  readonly requests: readonly LoggedRequest[];
  clearRequests(): void;
  /** The most API requests that came in any span of that many milliseconds of real time; 60,000 unless said. */
  peakRate(milliseconds?: number): number;
  /** Ids of the users that a group holds in truth; `active` leaves out those suspended or archived. */
  effectiveMembers(groupKey: string, options?: { readonly active?: boolean }): Set<string>;
  close(): Promise<void>;
}

/** Starts an emulated Google Workspace on 127.0.0.1. */
export async function startGoogleEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = createClock();
  const settings = defaultSettings(options.settings);
  const seedNumber = options.seed?.seed ?? 1;
  const directory = new Directory(clock, seedNumber);
  seedDirectory(directory, options.seed);
  const users = createUserControl(directory);
  const groups = createGroupControl(directory);
  const members = createMemberControl(directory);
  let origin = '';
  const accounts = createServiceAccounts(() => origin, seedNumber);
  const tokens = createAccessTokens(clock, settings);
  const faults = createFaults({ directory, users, groups, members, tokens });
  const log = createRequestLog();
  const world: World = { directory, clock, settings };
  const service = {
    directory,
    accounts,
    tokens,
    world,
    router: createRouter([...userRoutes, ...groupRoutes, ...memberRoutes, ...orgUnitRoutes, ...customerRoutes]),
    pageTokens: createPageTokens(clock, settings),
    quota: createQuota(clock, settings),
    faults,
    log,
  };

  async function answer(received: Received): Promise<Answer> {
    if (isControl(received.path)) return answerControl(received, emulator);
    if (received.path.startsWith('/admin/')) return answerApi({ ...received, body: undefined, batch: false }, service);
    const started = performance.now();
    const given = credentials(received);
    log.add({
      time: new Date(clock.now()).toISOString(),
      method: received.method,
      path: received.path,
      query: {},
      api: received.path.slice(1),
      status: given.status,
      subject: undefined,
      serviceAccount: undefined,
      milliseconds: performance.now() - started,
      batch: false,
    });
    return given;
  }

  function credentials({ method, path, text }: Received): Answer {
    const form = new URLSearchParams(text);
    try {
      if (method === 'POST' && path === '/token') {
        return exchangeAssertion(form, { directory, accounts, tokens, origin: () => origin });
      }
      if (method === 'POST' && path === '/revoke') {
        tokens.revoke(form.get('token') ?? '');
        return { status: 200, body: {} };
      }
      return { status: 404, text: 'Not Found' };
    } catch (error) {
      if (error instanceof GoogleError) return error.answer;
      throw error;
    }
  }

  const served = await serve(options.port ?? 0, answer);
  origin = `http://127.0.0.1:${served.port}`;
  const emulator: Emulator = {
    origin,
    customerId: directory.customerId,
    get adminEmail() {
      return `admin@${directory.primaryDomain}`;
    },
    settings,
    clock,
    directory,
    users,
    groups,
    members,
    orgUnits: createOrgUnitControl(directory),
    accounts,
    keyFor: accounts.keyFor,
    seed: (wanted) => seedDirectory(directory, wanted),
    accessToken({ subject = `admin@${directory.primaryDomain}`, scopes = READ_ONLY_SCOPES } = {}) {
      return tokens.issue({ serviceAccount: 'test', subject, scopes: new Set(scopes) }).token;
    },
    revokeTokens: () => tokens.revoke(),
    fault: faults.set,
    clearFaults: faults.clear,
    get activeFaults() {
      return faults.active;
    },
    get requests() {
      return log.requests;
    },
    clearRequests: log.clear,
    peakRate: (milliseconds = 60_000) => log.peak(milliseconds),
    effectiveMembers: (groupKey, wanted) => effectiveMembers(directory, groupKey, wanted),
    close: () => served.close(),
  };
  return emulator;
}
