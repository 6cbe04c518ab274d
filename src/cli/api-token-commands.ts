import type { Command } from 'commander';
import { expiryOf, tokenState } from '../administration/index.js';
import {
  API_SCOPES,
  type ApiScope,
  type CreatedApiToken,
  createApiToken,
  listApiTokens,
  revokeApiToken,
} from '../connections/index.js';
import { fields, table, time } from './output.js';
import { fromNow, parseDuration } from './parse-duration.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface CreateOptions extends SiteOptions {
  readonly name: string;
  readonly scope: readonly ApiScope[];
  readonly expires?: number;
}

/** `rollcall api-token create | list | revoke` */
export const apiTokenCommands: Register = (group, session) => {
  withScopes(siteCommand(group, 'create', 'make a token by which a program does what an administrator does'))
    .requiredOption('--name <name>', 'what it is called in the log and in these commands')
    .option('--expires <duration>', 'when it expires, such as 90d (default: the setting)', parseDuration)
    .action((options: CreateOptions) => create(session, options));

  siteCommand(group, 'list', 'list the API tokens of the site').action((options: SiteOptions) =>
    list(session, options),
  );

  siteCommand(group, 'revoke', 'make an API token invalid')
    .argument('<token>', 'its id; see: rollcall api-token list')
    .action((id: string, options: SiteOptions) => revoke(session, id, options));
};

/** Scopes by themselves, all that read, or all there are. */
const SHORT: Readonly<Record<string, readonly ApiScope[]>> = {
  read: API_SCOPES.filter((scope) => scope.endsWith(':read')),
  all: API_SCOPES,
};

function withScopes(command: Command): Command {
  const description = `what it may do: ${API_SCOPES.join(', ')}; or read, or all; repeatable`;
  return command.requiredOption('--scope <scope>', description, parseScope);
}

function parseScope(text: string, before: readonly ApiScope[] = []): ApiScope[] {
  const scopes = SHORT[text] ?? API_SCOPES.filter((one) => one === text);
  if (scopes.length === 0) throw new UsageError(`--scope is read, all, or one of ${API_SCOPES.join(', ')}`);
  return [...new Set([...before, ...scopes])];
}

function create(session: Session, { name, scope: scopes, expires, ...options }: CreateOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, change, actor }) => {
    const wanted = { name, scopes, expiresAt: expiryOf(config, expires) };
    const request = { action: 'api-token.create', objectType: 'ApiToken' } as const;
    const created = await change.run(actor, request, () => createApiToken(actor, wanted));
    const url = `${config.server.publicUrl}/api/v1`;
    return { json: { url, ...created }, text: () => createdText(url, created) };
  });
}

function createdText(url: string, { id, name, token, scopes, expiresAt }: CreatedApiToken): string {
  const about = fields({
    Name: name,
    URL: url,
    Token: token,
    'Token id': id,
    Scopes: scopes.join(', '),
    Expires: `${time(expiresAt)} (${fromNow(expiresAt)})`,
  });
  return `${about}\n\nThe token is shown this once and stored nowhere: copy it now.`;
}

function list(session: Session, options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, database, site }) => {
    const tokens = (await listApiTokens(database, site.id)).map((token) => ({
      ...token,
      state: tokenState(config, token),
    }));
    const rows = tokens.map((token) => [
      token.id,
      token.name,
      token.scopes.join(', '),
      token.state,
      token.createdAt,
      token.expiresAt,
    ]);
    return {
      json: tokens,
      text: () => table(['TOKEN', 'NAME', 'SCOPES', 'STATE', 'CREATED', 'EXPIRES'], rows, 'There is no API token.'),
    };
  });
}

function revoke(session: Session, id: string, options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, change, actor }) => {
    const request = { action: 'api-token.revoke', objectType: 'ApiToken' } as const;
    const { name } = await change.run(actor, request, () => revokeApiToken(actor, id));
    const delay = config.tokens.cacheMilliseconds;
    return {
      json: { id, name, revoked: true },
      text: () => `Revoked the token ${name}. A running server refuses it within ${delay} ms.`,
    };
  });
}
