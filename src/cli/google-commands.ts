import {
  createCheckedConnection,
  createGoogleConnection,
  type GoogleConnection,
  listGoogleConnections,
  readCredential,
  readGoogleConnection,
  readSources,
  readStandings,
  replaceGoogleCredential,
  type Standing,
  setGoogleState,
  updateCheckedConnection,
  updateGoogleConnection,
} from '../google/index.js';
import { googleConflictCommands } from './google-conflict-commands.js';
import {
  type CredentialOptions,
  type GoogleSettingOptions,
  givenCredential,
  givenGoogleSettings,
  type WorkspaceOptions,
  withCredentialOptions,
  withGoogleSettingOptions,
  withWorkspaceOptions,
} from './google-options.js';
import { googleRunCommands } from './google-run-commands.js';
import { googleTestCommand } from './google-test-command.js';
import { googleFields, googleTable, type ShownConnection, sourceFields, standingFields } from './google-text.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface ConnectOptions extends SiteOptions, CredentialOptions, WorkspaceOptions, GoogleSettingOptions {
  readonly name: string;
}

interface SetOptions extends SiteOptions, WorkspaceOptions, GoogleSettingOptions {}

/** Ctrl-C ends the process, and nothing has begun then. */
const NEVER = new AbortController().signal;

/** `rollcall google connect | list | show | set | replace-key | pause | resume | test-connection` */
export const googleCommands: Register = (group, session) => {
  const connect = siteCommand(group, 'connect', 'read a Google Workspace from now on').requiredOption(
    '--name <name>',
    'what it is called in the log and in these commands',
  );
  withGoogleSettingOptions(withWorkspaceOptions(withCredentialOptions(connect))).action((options: ConnectOptions) =>
    connectWorkspace(session, options),
  );

  siteCommand(group, 'list', 'list the Google connections').action((options: SiteOptions) =>
    session.answerInSite(options, async ({ database, site, config }) => {
      const connections = await listGoogleConnections(database, site.id);
      const standings = await readStandings(database, config.google, { siteId: site.id });
      const all = connections.map((connection) => withStanding(connection, standings));
      return { json: all, text: () => googleTable(all) };
    }),
  );

  siteCommand(group, 'show', 'show a Google connection and its settings')
    .argument('<name>')
    .action((name: string, options: SiteOptions) =>
      session.answerInSite(options, async ({ database, site, config }) => {
        const connection = await readGoogleConnection(database, site.id, name);
        const of = { siteId: site.id, connectionId: connection.id };
        const standings = await readStandings(database, config.google, of);
        const sources = await readSources(database, connection);
        const found = { ...withStanding(connection, standings), sources };
        return { json: found, text: () => `${standingFields(found)}${sourceFields(found)}\n\n${googleFields(found)}` };
      }),
    );

  const set = siteCommand(group, 'set', 'change what a Google connection reads, and how')
    .argument('<name>')
    .option('--no-subject', 'let the service account act for itself, by an admin role of its own');
  withGoogleSettingOptions(withWorkspaceOptions(set)).action((name: string, options: SetOptions) =>
    change(session, name, options),
  );

  const replace = siteCommand(group, 'replace-key', 'put another key in the place of the one in use').argument(
    '<name>',
  );
  withCredentialOptions(replace).action(async (name: string, options: SiteOptions & CredentialOptions) => {
    const given = await givenCredential(options);
    await session.answerInSite(options, async (services) => {
      const { actor, secrets, config } = services;
      const credential = await readCredential(config.google, given);
      const command = () => replaceGoogleCredential(actor, secrets, name, credential);
      return shown(
        await services.change.run(actor, { action: 'google.replace-key', objectType: 'Connection' }, command),
      );
    });
  });

  googleTestCommand(group, session);

  siteCommand(group, 'pause', 'start no run of a connection until it is resumed')
    .argument('<name>')
    .action((name: string, options: SiteOptions) => setState(session, name, 'paused', options));

  siteCommand(group, 'resume', 'let a connection go on that is paused or needed attention')
    .argument('<name>')
    .action((name: string, options: SiteOptions) => setState(session, name, 'active', options));

  googleRunCommands(group, session);
  googleConflictCommands(group, session);
};

async function connectWorkspace(session: Session, options: ConnectOptions): Promise<void> {
  const { name, customer, domain, interval: intervalMinutes } = options;
  if (name.trim() === '') throw new UsageError("option '--name <name>' must not be empty");
  const given = await givenCredential(options);
  const settings = await givenGoogleSettings(options);
  await session.answerInSite(options, async (services) => {
    const { actor, secrets, config, change } = services;
    const request = { action: 'google.connect', objectType: 'Connection' } as const;
    const connection = await change.run(actor, request, async () => {
      const credential = await readCredential(config.google, given);
      const subject = options.subject === false ? undefined : options.subject;
      const wanted = { name, credential, customer, domain, subject, settings, intervalMinutes };
      return options.check === false
        ? createGoogleConnection(actor, { secrets, limits: config.google }, wanted)
        : createCheckedConnection(services, actor, wanted, NEVER);
    });
    return {
      json: connection,
      text: () =>
        `${googleFields(connection)}\n\nSee whether Google lets it in: rollcall google test-connection ${name}`,
    };
  });
}

async function change(session: Session, name: string, options: SetOptions): Promise<void> {
  const settings = await givenGoogleSettings(options);
  const { customer, domain, interval: intervalMinutes } = options;
  const subject = options.subject === false ? null : options.subject;
  const wanted = { customer, domain, subject, intervalMinutes, settings };
  const isEmpty = Object.values({ ...wanted, settings: undefined }).every((value) => value === undefined);
  if (isEmpty && Object.keys(settings).length === 0) {
    throw new UsageError('say what to change, for example --interval 30');
  }
  await session.answerInSite(options, async (services: SiteServices) => {
    const { actor, config } = services;
    const command = () =>
      options.check === false
        ? updateGoogleConnection(actor, config.google, name, wanted)
        : updateCheckedConnection(services, actor, name, wanted, NEVER);
    return shown(await services.change.run(actor, { action: 'google.update', objectType: 'Connection' }, command));
  });
}

function setState(session: Session, name: string, state: 'active' | 'paused', options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async ({ actor, change: changes }) => {
    const action = `google.${state === 'paused' ? 'pause' : 'resume'}`;
    const connection = await changes.run(actor, { action, objectType: 'Connection' }, () =>
      setGoogleState(actor, name, state),
    );
    return { json: connection, text: () => `${connection.name} is ${connection.state}.` };
  });
}

/** The two are read one after the other: a connection may be gone by then. */
function withStanding(connection: GoogleConnection, standings: readonly Standing[]): ShownConnection {
  const standing = standings.find(({ connectionId }) => connectionId === connection.id);
  return {
    ...connection,
    last: standing?.last ?? null,
    completeAt: standing?.completeAt ?? null,
    failures: standing?.failures ?? 0,
    staleSince: standing?.staleSince ?? null,
    waitingRunId: standing?.waitingRunId ?? null,
    nextRunAt: standing?.nextRunAt ?? null,
  };
}

function shown(connection: GoogleConnection) {
  return { json: connection, text: () => googleFields(connection) };
}
