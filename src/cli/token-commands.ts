import { expiryOf, newTokenView, rotateConnectionToken } from '../administration/index.js';
import { revokeToken } from '../connections/index.js';
import { newTokenText } from './connection-views.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { type TokenOptions, withTokenOptions } from './token-options.js';
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
    const { config } = services;
    const wanted = { scope: options.scope, expiresAt: expiryOf(config, options.expires), user: options.user };
    const { created, token, user } = await rotateConnectionToken(services, name, wanted);
    return {
      json: newTokenView(config, created, token),
      text: () => newTokenText(config, created, token, user?.userName),
    };
  });
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
