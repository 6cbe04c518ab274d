import { revokeToken, rotateToken } from '../connections/index.js';
import { newTokenJson, newTokenText } from './connection-views.js';
import { requireConnection } from './lookup.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { expiry, type TokenOptions, withTokenOptions } from './token-options.js';
import { UsageError } from './usage-error.js';

interface RevokeOptions extends SiteOptions {
  readonly token?: string;
  readonly all?: boolean;
}

/** `rollcall connection rotate-token | revoke-token` */
export const tokenCommands: Register = (group, session) => {
  withTokenOptions(siteCommand(group, 'rotate-token', 'make another token; the newest one before it stays valid'))
    .argument('<name>')
    .action((name: string, options: SiteOptions & TokenOptions) => rotate(session, name, options));

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

function rotate(session: Session, name: string, options: SiteOptions & TokenOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { config, change, actor } = services;
    const scope = options.scope ?? (await newestScope(services, name));
    const expiresAt = expiry(config, options);
    const request = { action: 'connection.rotate-token', objectType: 'Connection' } as const;
    const created = await change.run(actor, request, () => rotateToken(actor, name, scope, expiresAt));
    return {
      json: newTokenJson(config, created, scope, expiresAt),
      text: () => newTokenText(config, created, scope, expiresAt),
    };
  });
}

/** A new token may do what the one before it may. */
async function newestScope(services: Parameters<typeof requireConnection>[0], name: string) {
  return (await requireConnection(services, name)).tokens[0]?.scope ?? 'write';
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
