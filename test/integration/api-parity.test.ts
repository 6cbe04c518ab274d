import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, startApiServer } from '../support/api-server.js';
import { createCli } from '../support/cli.js';

/** What each command of the command line is in the API; a text in brackets says why it is nothing there. */
const COMMANDS: Readonly<Record<string, string>> = {
  serve: '(of the machine)',
  migrate: '(of the machine)',
  'log verify': '(of the operator: it reads the whole log)',
  'secrets rotate': '(of the operator, who has the key)',
  'secrets finish': '(of the operator, who has the key)',
  'secrets status': '(of the operator, who has the key)',
  'site create': '(of the operator, who has all sites)',
  'site list': 'getSite',
  'connection create': 'createConnection',
  'connection set': 'updateConnection',
  'connection list': 'listConnections',
  'connection show': 'getConnection',
  'connection rotate-token': 'rotateConnectionToken',
  'connection revoke-token': 'revokeConnectionToken',
  'connection add-client': 'addOAuthClient',
  'connection revoke-client': 'revokeOAuthClient',
  'connection trust': 'trustIssuer',
  'connection distrust': 'distrustIssuer',
  'connection allow-removals': 'allowRemovals',
  'connection pause': 'pauseConnection',
  'connection resume': 'resumeConnection',
  'api-token create': 'createApiToken',
  'api-token list': 'listApiTokens',
  'api-token revoke': 'revokeApiToken',
  'domain add': 'addDomain',
  'domain verify': 'verifyDomain',
  'domain list': 'listDomains',
  'application create': 'createApplication',
  'application list': 'listApplications',
  'application show': 'getApplication',
  'application set': 'updateApplication',
  'application enable': 'updateApplication',
  'application disable': 'updateApplication',
  'application remove': 'removeApplication',
  'application token create': 'createApplicationToken',
  'application token list': 'listApplicationTokens',
  'application token revoke': 'revokeApplicationToken',
  'application unused': 'listUnusedSeats',
  'application reclaim create': 'createReclaim',
  'application reclaim list': 'listReclaims',
  'application reclaim show': 'getReclaim',
  'application reclaim apply': 'applyReclaim',
  'application reclaim discard': 'discardReclaim',
  'role add': 'addRole',
  'role set': 'updateRole',
  'role remove': 'removeRole',
  'default-group add': 'addDefaultGroup',
  'default-group remove': 'removeDefaultGroup',
  'default-group list': 'getApplication',
  'grant add': 'addGrant',
  'grant remove': 'removeGrant',
  'grant list': 'listGrants',
  'licence add': 'addLicence',
  'licence set': 'updateLicence',
  'licence set-seats': 'updateLicence',
  'licence remove': 'removeLicence',
  'access explain': 'explainAccess',
  'access removal': 'outlineAccessRemoval',
  'access simulate': 'simulate',
  'licensing verify': 'verifyLicensing',
  'licensing history': 'getLicenceHistory',
  'licensing true-up': 'getTrueUp',
  'webhook create': 'createWebhook',
  'webhook list': 'listWebhooks',
  'webhook show': 'getWebhook',
  'webhook enable': 'enableWebhook',
  'webhook disable': 'disableWebhook',
  'webhook rotate-secret': 'rotateWebhookSecret',
  'webhook remove': 'removeWebhook',
  'webhook test': 'testWebhook',
  'webhook deliveries': 'listDeliveries',
  'webhook replay': 'replayDeliveries',
  'user list': 'listUsers',
  'user show': 'getUser',
  'user import': 'importUsers',
  'user suspend': 'suspendUser',
  'user reactivate': 'reactivateUser',
  'user deactivate': 'deactivateUser',
  'user set-type': 'setUserType',
  'user delete': 'deleteUser',
  'user restore': 'restoreUser',
  'user purge': 'purgeUser',
  'invitation create': 'inviteUser',
  'invitation list': 'listInvitations',
  'invitation show': 'getInvitation',
  'invitation resend': 'resendInvitation',
  'invitation correct': 'correctInvitation',
  'invitation revoke': 'revokeInvitation',
  'sign-up allow': 'allowSignUp',
  'sign-up disallow': 'disallowSignUp',
  'sign-up show': 'getSignUpRule',
  'sign-up list': 'listSignUps',
  'sign-up approve': 'approveSignUp',
  'sign-up reject': 'rejectSignUp',
  'group list': 'listGroups',
  'group show': 'getGroup',
  'group add': 'changeMembers',
  'group remove': 'changeMembers',
  'group delete': 'deleteGroup',
  'group restore': 'restoreGroup',
  'log list': 'listLog',
  'log failures': 'listFailures',
  'log export': '(a walk through listLog)',
  'google list': 'listGoogleConnections',
  'google show': 'getGoogleConnection',
  'google pause': 'pauseGoogleConnection',
  'google resume': 'resumeGoogleConnection',
  'google plan': 'startGoogleRun',
  'google sync': 'startGoogleRun',
  'google runs': 'listGoogleRuns',
  'google run show': 'getGoogleRun',
  'google approve': 'approveGoogleRun',
  'google reject': 'rejectGoogleRun',
  'google cancel': 'cancelGoogleRun',
  'google conflicts': 'listGoogleConflicts',
  'google resolve': 'resolveGoogleConflict',
  'google disconnect': '(takes longer than a request may)',
};

/** What the API has nothing of yet. */
const LATER = ['google connect', 'google set', 'google replace-key', 'google test-connection'];

let server: ApiServer;
const cli = createCli();

beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.close());

/** The commands below one, as its help lists them; itself where there is none. */
async function commandsBelow(path: readonly string[]): Promise<string[]> {
  const { out } = await cli.run(...path, '--help');
  const [, listed = ''] = out.split(/^Commands:$/m);
  const names = [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
  const found: string[] = [];
  for (const name of names.filter((one) => one !== 'help')) found.push(...(await commandsBelow([...path, name])));
  return found.length === 0 ? [path.join(' ')] : found;
}

describe('the API', () => {
  it('offers what the command line offers', async () => {
    const commands = (await commandsBelow([])).filter((one) => !LATER.includes(one));
    expect(commands.filter((command) => COMMANDS[command] === undefined)).toEqual([]);
    const operations = new Set(server.routes.map(({ id }) => id));
    const wanted = Object.values(COMMANDS).filter((operation) => !operation.startsWith('('));
    expect(wanted.filter((operation) => !operations.has(operation))).toEqual([]);
    expect(Object.keys(COMMANDS).filter((command) => !commands.includes(command))).toEqual([]);
  });
});
