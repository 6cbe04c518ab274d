import { requireConnection } from '../administration/index.js';
import { listConnections, readRemovals, setConnectionState } from '../connections/index.js';
import { allowRemovalsCommand } from './allow-removals-command.js';
import { createCommand } from './connection-create-command.js';
import { setCommand } from './connection-set-command.js';
import { connectionFields, connectionJson, connectionTable } from './connection-views.js';
import { oauthCommands } from './oauth-commands.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { judged } from './suggestions.js';
import { tokenCommands } from './token-commands.js';

/** `rollcall connection create | set | list | show | rotate-token | revoke-token | add-client | revoke-client | trust | distrust | pause | resume | allow-removals` */
export const connectionCommands: Register = (group, session) => {
  createCommand(group, session);
  setCommand(group, session);

  siteCommand(group, 'list', 'list the connections and when their tokens expire').action((options: SiteOptions) =>
    session.answerInSite(options, async ({ config, database, site }) => {
      const connections = await Promise.all((await listConnections(database, site.id)).map(judged));
      return {
        json: connections.map((connection) => connectionJson(config, connection)),
        text: () => connectionTable(config, connections),
      };
    }),
  );

  siteCommand(group, 'show', 'show a connection and its tokens')
    .argument('<name>')
    .action((name: string, options: SiteOptions) => show(session, name, options));

  tokenCommands(group, session);
  oauthCommands(group, session);
  allowRemovalsCommand(group, session);

  siteCommand(group, 'pause', 'answer the requests of a connection with 503 until it is resumed')
    .argument('<name>')
    .action((name: string, options: SiteOptions) => setState(session, name, 'paused', options));

  siteCommand(group, 'resume', 'let a paused connection go on')
    .argument('<name>')
    .action((name: string, options: SiteOptions) => setState(session, name, 'active', options));
};

function show(session: Session, name: string, options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const connection = await judged(await requireConnection(services, name));
    const removals = await readRemovals(services.database, connection);
    return {
      json: { ...connectionJson(services.config, connection), removals },
      text: () => connectionFields(services.config, connection, removals),
    };
  });
}

function setState(session: Session, name: string, state: 'active' | 'paused', options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async ({ change, actor }) => {
    const request = {
      action: `connection.${state === 'paused' ? 'pause' : 'resume'}`,
      objectType: 'Connection',
    } as const;
    const connection = await change.run(actor, request, () => setConnectionState(actor, name, state));
    return {
      json: { id: connection.id, name: connection.name, state: connection.state },
      text: () => `${connection.name} is ${connection.state}.`,
    };
  });
}
