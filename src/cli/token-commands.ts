import { revokeToken, rotateToken, type TokenScope } from '../connections/index.js';
import { newTokenJson, newTokenText } from './connection-views.js';
import { requireConnection, requireUser } from './lookup.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { expiry, type TokenOptions, withTokenOptions } from './token-options.js';
import { UsageError } from './usage-error.js';

interface RotateOptions extends SiteOptions, TokenOptions {
  readonly user?: string;
}

interface RevokeOptions extends SiteOptions {
  readonly token?: string;
  readonly all?: boolean;
}

/** `rollcall connection rotate-token | revoke-token` */
export const tokenCommands: Register = (group, session) => {
  withTokenOptions(siteCommand(group, 'rotate-token', 'make another token; the newest one before it stays valid'))
    .argument('<name>')
    .option(
      '--user <user>',
      'userName or id: a token that reaches this user alone, through /Me; reads unless --scope write',
    )
    .action((name: string, options: RotateOptions) => rotate(session, name, options));

  siteCommand(group, 'revoke-token', 'make tokens of a connection invalid')
    .argument('<name>')
    .option('--token <id>', 'this one; see: rollcall connection show')
    .option('--all', 'all of them')
    .action(async (name: string, options: RevokeOptions) => {
      if ((options.token === undefined) === (options.all === undefined)) {
        throw new UsageError('say which: --token <id> or --all');
      }
      await revoke(session, name, options);
    });
};

function rotate(session: Session, name: string, options: RotateOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { config, change, actor } = services;
    const user = options.user === undefined ? undefined : await requireUser(services, options.user);
    const scope = options.scope ?? (await newestScope(services, name, user?.id ?? null));
    const token = { scope, expiresAt: expiry(config, options), userId: user?.id };
    const request = { action: 'connection.rotate-token', objectType: 'Connection' } as const;
    const created = await change.run(actor, request, () => rotateToken(actor, name, token));
    return {
      json: newTokenJson(config, created, token),
      text: () => newTokenText(config, created, token, user?.userName),
    };
  });
}

/** A new token may do what the one before it may; the first one of a user only reads. */
async function newestScope(services: SiteServices, name: string, userId: string | null): Promise<TokenScope> {
  const { tokens } = await requireConnection(services, name);
  return tokens.find((token) => token.userId === userId)?.scope ?? (userId === null ? 'write' : 'read');
}

function revoke(session: Session, name: string, options: RevokeOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, change, actor }) => {
    const request = { action: 'connection.revoke-token', objectType: 'Connection' } as const;
    const revoked = await change.run(actor, request, () => revokeToken(actor, name, options.token));
    const delay = config.tokens.cacheMilliseconds;
    return {
      json: { name, revoked },
      text: () =>
        `Revoked ${revoked.length === 1 ? `the token ${revoked[0]}` : `${revoked.length} tokens`} of ${name}. ` +
        `A running server refuses ${revoked.length === 1 ? 'it' : 'them'} within ${delay} ms.`,
    };
  });
}
