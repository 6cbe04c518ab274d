import { customerRoutes } from './api/customers.ts';
import { groupRoutes } from './api/groups.ts';
import { memberRoutes } from './api/members.ts';
import { orgUnitRoutes } from './api/org-units.ts';
import { reportRoutes } from './api/reports.ts';
import { userRoutes } from './api/users.ts';
import { watchRoutes } from './api/watch.ts';
import { createAccessTokens } from './auth/access-tokens.ts';
import { createKeyless } from './auth/keyless.ts';
import { READ_ONLY_SCOPES } from './auth/scopes.ts';
import { createServiceAccounts } from './auth/service-accounts.ts';
import { signingKeys } from './auth/signing-keys.ts';
import { createClock } from './clock.ts';
import { answerControl, isControl } from './control/answer-control.ts';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { createFaults } from './faults/create-faults.ts';
import { answerRequest } from './http/answer-request.ts';
import { createPageTokens } from './http/page-tokens.ts';
import { createQuota } from './http/quota.ts';
import { createRequestLog } from './http/request-log.ts';
import { createRouter } from './http/router.ts';
import { serve } from './http/serve.ts';
import { createChannels } from './push/create-channels.ts';
import { seedDirectory } from './seed/seed-directory.ts';
import { defaultSettings } from './settings.ts';
import { createActivities } from './state/activities.ts';
import { Directory } from './state/directory.ts';
import { effectiveMembers } from './state/effective-members.ts';
import { createGroupControl } from './state/groups.ts';
import { createMemberControl } from './state/members.ts';
import { createOrgUnitControl } from './state/org-units.ts';
import { createUserControl } from './state/users.ts';

const router = createRouter([
  ...userRoutes,
  ...groupRoutes,
  ...memberRoutes,
  ...orgUnitRoutes,
  ...customerRoutes,
  ...reportRoutes,
  ...watchRoutes,
]);

/** Starts an emulated Google Workspace on 127.0.0.1. */
export async function startGoogleEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = createClock();
  const settings = defaultSettings(options.settings);
  const seedNumber = options.seed?.seed ?? 1;
  const directory = new Directory(clock, seedNumber);
  seedDirectory(directory, options.seed);
  const control = {
    users: createUserControl(directory),
    groups: createGroupControl(directory),
    members: createMemberControl(directory),
    orgUnits: createOrgUnitControl(directory),
  };

  let origin = '';
  const getOrigin = () => origin;
  const accounts = createServiceAccounts(getOrigin, seedNumber, signingKeys(options.privateKey));
  const tokens = createAccessTokens(clock, settings);
  const keyless = createKeyless(getOrigin, accounts, tokens);

  const faults = createFaults({ directory, tokens, ...control });
  const eventDelay = () => faults.hooks.reduce((sum, hooks) => sum + (hooks.eventDelay?.() ?? 0), 0);
  const activities = createActivities(directory, eventDelay);
  const channels = createChannels(directory, settings, faults);
  const quota = createQuota(clock, settings);
  const log = createRequestLog();
  const service = {
    directory,
    accounts,
    tokens,
    keyless,
    origin: getOrigin,
    world: { directory, clock, settings, activities, channels, quota },
    router,
    pageTokens: createPageTokens(clock, settings),
    faults,
    log,
  };

  const served = await serve(options.port ?? 0, async (received) =>
    isControl(received.path) ? answerControl(received, emulator) : answerRequest(received, service),
  );
  origin = `http://127.0.0.1:${served.port}`;

  const emulator: Emulator = {
    ...control,
    origin,
    environment: {
      GOOGLE_API_ROOT_URL: origin,
      GOOGLE_ALLOWED_HOSTS: new URL(origin).host,
      GOOGLE_TOKEN_URL: `${origin}/token`,
      GOOGLE_STS_URL: origin,
      GOOGLE_IAM_URL: origin,
    },
    customerId: directory.customerId,
    get adminEmail() {
      return `admin@${directory.primaryDomain}`;
    },
    settings,
    clock,
    directory,
    accounts,
    keyFor: accounts.keyFor,
    keylessFor: keyless.keylessFor,
    seed(wanted) {
      seedDirectory(directory, wanted);
      activities.clear();
    },
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
    get activities() {
      return activities.all;
    },
    get channels() {
      return channels.live;
    },
    get pushes() {
      return channels.pushes;
    },
    pushesSettled: channels.settled,
    async close() {
      channels.close();
      await served.close();
    },
  };
  return emulator;
}
