import type { Command } from 'commander';
import { expiryOf, tokenState } from '../administration/index.js';
import {
  APPLICATION_SCOPES,
  type ApplicationScope,
  type CreatedApplicationToken,
  createApplicationToken,
  listApplicationTokens,
  revokeApplicationTokens,
} from '../connections/index.js';
import { findApplication } from '../licensing/index.js';
import { fields, table, time } from './output.js';
import { fromNow, parseDuration } from './parse-duration.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface CreateOptions extends SiteOptions {
  readonly scope?: readonly ApplicationScope[];
  readonly expires?: number;
}

interface RevokeOptions extends SiteOptions {
  readonly token?: string;
  readonly all?: boolean;
}

/** `rollcall application token create | list | revoke` */
export const applicationTokenCommands: Register = (application, session) => {
  const group = application.command('token').description('tokens by which an application asks and reports');

  withScopes(siteCommand(group, 'create', 'make a token that is good for this application alone'))
    .argument('<key>', 'the application')
    .option('--expires <duration>', 'when it expires, such as 90d (default: the setting)', parseDuration)
    .action((key: string, options: CreateOptions) => create(session, key, options));

  siteCommand(group, 'list', 'list the tokens of an application')
    .argument('<key>', 'the application')
    .action((key: string, options: SiteOptions) => list(session, key, options));

  siteCommand(group, 'revoke', 'make tokens of an application invalid')
    .argument('<key>', 'the application')
    .option('--token <id>', 'this one; see: rollcall application token list')
    .option('--all', 'all of them')
    .action(async (key: string, options: RevokeOptions) => {
      if ((options.token === undefined) === (options.all === undefined)) {
        throw new UsageError('say which: --token <id> or --all');
      }
      await revoke(session, key, options);
    });
};

function withScopes(command: Command): Command {
  const description = `what it may do: ${APPLICATION_SCOPES.join(', ')}; repeatable (default: all of it)`;
  return command.option('--scope <scope>', description, parseScope);
}

function parseScope(text: string, before: readonly ApplicationScope[] = []): ApplicationScope[] {
  const scope = APPLICATION_SCOPES.find((one) => one === text);
  if (scope === undefined) throw new UsageError(`--scope is one of ${APPLICATION_SCOPES.join(', ')}`);
  return [...new Set([...before, scope])];
}

function create(session: Session, key: string, options: CreateOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, change, actor }) => {
    const wanted = { scopes: options.scope ?? APPLICATION_SCOPES, expiresAt: expiryOf(config, options.expires) };
    const request = { action: 'application.create-token', objectType: 'Application' } as const;
    const created = await change.run(actor, request, () => createApplicationToken(actor, key, wanted));
    const url = `${config.server.publicUrl}/api/v1/applications/${key}`;
    return { json: { application: key, url, ...created }, text: () => createdText(key, url, created) };
  });
}

function createdText(application: string, url: string, created: CreatedApplicationToken): string {
  const about = fields({
    Application: application,
    URL: url,
    Token: created.token,
    'Token id': created.id,
    Scopes: created.scopes.join(', '),
    Expires: `${time(created.expiresAt)} (${fromNow(created.expiresAt)})`,
  });
  return `${about}\n\nThe token is shown this once and stored nowhere: copy it now.`;
}

function list(session: Session, key: string, options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, database, site }) => {
    const { id } = await findApplication(database, site.id, key);
    const tokens = (await listApplicationTokens(database, site.id, id)).map((token) => ({
      ...token,
      state: tokenState(config, token),
    }));
    const rows = tokens.map((token) => [
      token.id,
      token.scopes.join(', '),
      token.state,
      token.createdAt,
      token.expiresAt,
    ]);
    return {
      json: tokens,
      text: () => table(['TOKEN', 'SCOPES', 'STATE', 'CREATED', 'EXPIRES'], rows, 'It has no token.'),
    };
  });
}

function revoke(session: Session, key: string, options: RevokeOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, change, actor }) => {
    const request = { action: 'application.revoke-token', objectType: 'Application' } as const;
    const revoked = await change.run(actor, request, () => revokeApplicationTokens(actor, key, options.token));
    const what = revoked.length === 1 ? `the token ${revoked[0]}` : `${revoked.length} tokens`;
    return {
      json: { application: key, revoked },
      text: () =>
        `Revoked ${what} of ${key}. A running server refuses ${revoked.length === 1 ? 'it' : 'them'} within ` +
        `${config.tokens.cacheMilliseconds} ms.`,
    };
  });
}
