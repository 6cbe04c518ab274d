import { Option } from 'commander';
import { baseUrl, entraIssuer, expiryOf } from '../administration/index.js';
import type { Config } from '../config/index.js';
import {
  addOAuthClient,
  type CreatedOAuthClient,
  createAddresses,
  distrustIssuer,
  type NewTrustedIssuer,
  revokeOAuthClient,
  trustIssuer,
} from '../connections/index.js';
import { collect } from './collect.js';
import { fields, time } from './output.js';
import { fromNow } from './parse-duration.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { type TokenOptions, withTokenOptions } from './token-options.js';
import { UsageError } from './usage-error.js';

interface TrustOptions extends SiteOptions {
  readonly issuer?: string;
  readonly audience?: string;
  readonly entraTenant?: string;
  readonly tenant?: string;
  readonly jwksUrl?: string;
  readonly client?: readonly string[];
  readonly scope: 'read' | 'write';
}

/** `rollcall connection add-client | revoke-client | trust | distrust` */
export const oauthCommands: Register = (group, session) => {
  withTokenOptions(siteCommand(group, 'add-client', 'make an OAuth client, which gets short-lived tokens by itself'))
    .argument('<name>')
    .action((name: string, options: SiteOptions & TokenOptions) => addClient(session, name, options));

  siteCommand(group, 'revoke-client', 'make an OAuth client and its tokens invalid')
    .argument('<name>')
    .requiredOption('--client <id>', 'its client_id; see: rollcall connection show')
    .action((name: string, options: SiteOptions & { client: string }) => revokeClient(session, name, options));

  siteCommand(group, 'trust', 'take JWTs that an identity provider issues')
    .argument('<name>')
    .option('--entra-tenant <id>', 'Entra ID without a secret token: fills in the rest')
    .option('--issuer <url>', 'what the claim iss is')
    .option('--audience <text>', 'what the claim aud is')
    .option('--tenant <id>', 'what the claim tid must be')
    .option('--jwks-url <url>', "where its keys are (default: what the issuer's discovery document says)")
    .option('--client <id>', 'an azp, appid or sub that may come; repeatable (default: every one)', collect)
    .addOption(new Option('--scope <scope>', 'what its tokens may do').choices(['read', 'write']).default('write'))
    .action((name: string, options: TrustOptions) => trust(session, name, options));

  siteCommand(group, 'distrust', 'no longer take the JWTs of an issuer')
    .argument('<name>')
    .requiredOption('--issuer <id>', 'its id; see: rollcall connection show')
    .action((name: string, options: SiteOptions & { issuer: string }) => distrust(session, name, options));
};

function addClient(session: Session, name: string, options: SiteOptions & TokenOptions): Promise<void> {
  return session.answerInSite(options, async ({ config, change, actor }) => {
    const client = { scope: options.scope ?? 'write', expiresAt: expiryOf(config, options.expires) };
    const request = { action: 'connection.add-client', objectType: 'Connection' } as const;
    const created = await change.run(actor, request, () => addOAuthClient(actor, name, client));
    const { connection: _, ...json } = created;
    return {
      json: { ...json, baseUrl: baseUrl(config, created.connection), tokenUrl: tokenUrl(config, created) },
      text: () => clientText(config, created),
    };
  });
}

function tokenUrl(config: Config, { connection }: CreatedOAuthClient): string {
  return `${createAddresses(config.server.publicUrl).issuer(connection.key)}/token`;
}

function clientText(config: Config, created: CreatedOAuthClient): string {
  const about = fields({
    Connection: created.connection.name,
    'Base URL': baseUrl(config, created.connection),
    'Token URL': tokenUrl(config, created),
    'Client id': created.clientId,
    'Client secret': created.clientSecret,
    Scope: created.scope,
    Expires: `${time(created.expiresAt)} (${fromNow(created.expiresAt)})`,
  });
  return `${about}\n\nThe secret is shown this once and stored nowhere: copy it now.`;
}

function revokeClient(session: Session, name: string, options: SiteOptions & { client: string }): Promise<void> {
  return session.answerInSite(options, async ({ config, change, actor }) => {
    const request = { action: 'connection.revoke-client', objectType: 'Connection' } as const;
    await change.run(actor, request, () => revokeOAuthClient(actor, name, options.client));
    const delay = config.tokens.cacheMilliseconds;
    return {
      json: { name, revoked: options.client },
      text: () => `Revoked the client ${options.client} of ${name}. A running server refuses it within ${delay} ms.`,
    };
  });
}

function trust(session: Session, name: string, options: TrustOptions): Promise<void> {
  const wanted = issuerOf(options);
  return session.answerInSite(options, async ({ change, actor }) => {
    const request = { action: 'connection.trust-issuer', objectType: 'Connection' } as const;
    const issuer = await change.run(actor, request, () => trustIssuer(actor, name, wanted));
    return {
      json: issuer,
      text: () => `${name} takes JWTs of ${issuer.issuer} for the audience ${issuer.audience} (id ${issuer.id}).`,
    };
  });
}

/** @throws UsageError */
function issuerOf({
  entraTenant,
  issuer,
  audience,
  tenant,
  jwksUrl,
  client = [],
  scope,
}: TrustOptions): NewTrustedIssuer {
  if (entraTenant !== undefined) {
    if (issuer !== undefined) throw new UsageError('--entra-tenant stands in the place of --issuer');
    return entraIssuer(entraTenant, { audience, tenant, jwksUrl, clients: client, scope });
  }
  if (issuer === undefined || audience === undefined) {
    throw new UsageError('say whose tokens: --entra-tenant <id>, or --issuer <url> and --audience <text>');
  }
  return { issuer, audience, tenant: tenant ?? null, jwksUrl: jwksUrl ?? null, clients: client, scope };
}

function distrust(session: Session, name: string, options: SiteOptions & { issuer: string }): Promise<void> {
  return session.answerInSite(options, async ({ change, actor }) => {
    const request = { action: 'connection.distrust-issuer', objectType: 'Connection' } as const;
    await change.run(actor, request, () => distrustIssuer(actor, name, options.issuer));
    return { json: { name, distrusted: options.issuer }, text: () => `${name} no longer takes its JWTs.` };
  });
}
