import { baseUrl, connectionView, tokenState } from '../administration/index.js';
import type { Config } from '../config/index.js';
import type {
  Connection,
  ConnectionWithTokens,
  CreatedConnection,
  NewToken,
  Removals,
  TokenSummary,
} from '../connections/index.js';
import { count, fields, table, time } from './output.js';
import { fromNow } from './parse-duration.js';
import { type JudgedConnection, suggestionLines } from './suggestions.js';

/** A connection as --json shows it; never a secret. */
export function connectionJson(config: Config, { suggestion, ...connection }: JudgedConnection) {
  return connectionView(config, connection, suggestion);
}

export function connectionTable(config: Config, connections: readonly JudgedConnection[]): string {
  const rows = connections.map((connection) => {
    // It is read and not read by: state and settings are of another kind.
    if (connection.type === 'google') return [connection.name, 'google', '-', 'see: rollcall google list', '-'];
    return [
      connection.name,
      connection.profile,
      connection.state,
      baseUrl(config, connection),
      usable(config, connection)
        .map((token) => [token.scope, ...onlyFor(token), `expires ${fromNow(token.expiresAt)}`].join(', '))
        .join('; ') || 'none',
    ];
  });
  const list = table(['NAME', 'PROFILE', 'STATE', 'BASE URL', 'VALID TOKENS'], rows, 'There is no connection.');
  return [list, ...connections.flatMap((connection) => remarks(config, connection))].join('\n');
}

export function connectionFields(config: Config, connection: JudgedConnection, removals?: Removals): string {
  if (connection.type === 'google') {
    const { name, id, createdAt } = connection;
    const about = fields({ Name: name, Id: id, Type: 'google', Created: createdAt });
    return `${about}\n\nIt reads Google Workspace; see: rollcall google show ${name}`;
  }
  const tokens = table(
    ['TOKEN', 'SCOPE', 'REACHES', 'STATE', 'CREATED', 'EXPIRES'],
    connection.tokens.map((token) => [
      token.id,
      token.scope,
      token.userId === null ? 'all' : (token.userName ?? token.userId),
      tokenState(config, token),
      token.createdAt,
      token.expiresAt,
    ]),
    'It has no token.',
  );
  const about = fields({
    Name: connection.name,
    Id: connection.id,
    Type: connection.type,
    Profile: connection.profile,
    State: connection.state,
    'Base URL': baseUrl(config, connection),
    Adopts: connection.adopt ? 'yes' : 'no',
    Sees: connection.sees,
    Passwords: connection.passwords,
    'Unknown members': connection.unknownMembers,
    'Omitted in PUT': connection.putOmitted,
    'Unique group names': connection.uniqueGroupNames ? 'yes' : 'no',
    Reactivates: connection.reactivate ? 'yes' : 'no',
    Discovery: connection.discovery,
    Roles: connection.roles,
    'Shows entitlements': connection.showEntitlements ? 'yes' : 'no',
    Assigns: connection.assign ? 'yes' : 'no',
    'Role values': connection.roleValues,
    'Removal limit': removalLimit(connection),
    ...(removals === undefined ? {} : { Removed: removed(removals) }),
    Created: connection.createdAt,
  });
  return [about, '', tokens, ...oauthTables(connection), ...remarks(config, connection)].join('\n');
}

function removalLimit(limit: Connection): string {
  const { removalLimitPercent: percent, removalLimitCount: most, removalMinimumBase: base } = limit;
  const bounds = [
    ...(percent === 0 ? [] : [`${percent} % from ${count(base, 'user')} on`]),
    ...(most === 0 ? [] : [`${most} people`]),
  ];
  return bounds.length === 0 ? 'none' : `${bounds.join(', ')}, in ${count(limit.removalWindowHours, 'hour')}`;
}

function removed({ counted, allowance }: Removals): string {
  const lifted =
    allowance === null ? '' : `; ${allowance.people ?? 'any number'} more allowed until ${time(allowance.until)}`;
  return `${counted} in the window${lifted}`;
}

function oauthTables({ clients, issuers }: ConnectionWithTokens): string[] {
  const clientRows = clients.map(({ id, scope, revokedAt, createdAt, expiresAt }) => [
    id,
    scope,
    revokedAt === null ? (expiresAt.getTime() > Date.now() ? 'valid' : 'expired') : 'revoked',
    createdAt,
    expiresAt,
  ]);
  const issuerRows = issuers.map(({ id, issuer, audience, tenant, clients: allowed, scope }) => [
    id,
    issuer,
    audience,
    tenant ?? 'any',
    allowed.join(', ') || 'every one',
    scope,
  ]);
  return [
    ...(clients.length === 0
      ? []
      : ['', table(['OAUTH CLIENT', 'SCOPE', 'STATE', 'CREATED', 'EXPIRES'], clientRows, '')]),
    ...(issuers.length === 0
      ? []
      : ['', table(['ISSUER ID', 'ISSUER', 'AUDIENCE', 'TENANT', 'CLIENTS', 'SCOPE'], issuerRows, '')]),
  ];
}

export function newTokenText(
  config: Config,
  created: CreatedConnection,
  { scope, expiresAt }: NewToken,
  userName?: string,
): string {
  const about = fields({
    Connection: created.connection.name,
    Profile: created.connection.profile,
    'Base URL': baseUrl(config, created.connection),
    Token: created.token,
    'Token id': created.tokenId,
    Scope: scope,
    ...(userName === undefined ? {} : { 'Reaches only': userName }),
    Expires: `${time(expiresAt)} (${fromNow(expiresAt)})`,
  });
  return `${about}\n\nThe token is shown this once and stored nowhere: copy it now.`;
}

/** Whom a token is tied to, for a list of tokens most of which are not. */
function onlyFor({ userId, userName }: TokenSummary): string[] {
  return userId === null ? [] : [`only ${userName ?? userId}`];
}

function usable(config: Config, connection: ConnectionWithTokens): TokenSummary[] {
  return connection.tokens.filter((token) => ['valid', 'expires-soon'].includes(tokenState(config, token)));
}

function remarks(config: Config, connection: JudgedConnection): string[] {
  return [...expiryWarnings(config, connection), ...suggestionLines(connection)];
}

function expiryWarnings(config: Config, connection: ConnectionWithTokens): string[] {
  return connection.tokens
    .filter((token) => tokenState(config, token) === 'expires-soon')
    .map(
      (token) =>
        `Warning: a token of ${connection.name} expires ${fromNow(token.expiresAt)}. ` +
        `Make another: rollcall connection rotate-token ${JSON.stringify(connection.name)}` +
        (token.userId === null ? '' : ` --user ${token.userId}`),
    );
}
