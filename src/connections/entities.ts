import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { TokenScope } from './connection.js';

// What the migrations 0002-connections, 0006-profiles, 0011-application-api and 0017-api-tokens make, as TypeORM sees it. Fields have a `!` because TypeORM fills them.

/** A provisioning client. */
@Entity('connections')
@Unique('connections_key_unique', ['key'])
@Unique('connections_name_unique', ['siteId', 'name'])
@Check('connections_type', `type IN ('scim', 'google')`)
@Check('connections_state', `state IN ('active', 'paused')`)
@Check('connections_sees', `sees IN ('site', 'own')`)
@Check('connections_passwords', `passwords IN ('ignore', 'refuse', 'store')`)
@Check('connections_unknown_members', `unknown_members IN ('reject', 'skip')`)
@Check('connections_put_omitted', `put_omitted IN ('clear', 'keep')`)
@Check('connections_discovery', `discovery IN ('public', 'protected')`)
@Check('connections_roles', `roles IN ('none', 'draft', 'okta')`)
@Check('connections_role_values', `role_values IN ('any', 'published')`)
@Check('connections_removal_limit_percent', `removal_limit_percent BETWEEN 0 AND 100`)
@Check('connections_removal_limit_count', `removal_limit_count >= 0`)
export class Connection {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'connections_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'connections_pk' }) id!: string;
  @Column({ type: 'text', collation: 'C' }) key!: string;
  @Column('text') name!: string;
  @Column('text') type!: 'scim' | 'google';
  @Column('text') profile!: string;
  @Column('text', { default: 'active' }) state!: 'active' | 'paused';
  @Column('boolean', { default: false }) adopt!: boolean;
  @Column('text', { default: 'site' }) sees!: 'site' | 'own';
  @Column('text', { default: 'ignore' }) passwords!: 'ignore' | 'refuse' | 'store';
  @Column('text', { name: 'unknown_members', default: 'reject' }) unknownMembers!: 'reject' | 'skip';
  @Column('text', { name: 'put_omitted', default: 'clear' }) putOmitted!: 'clear' | 'keep';
  @Column('boolean', { name: 'unique_group_names', default: false }) uniqueGroupNames!: boolean;
  @Column('boolean', { default: false }) reactivate!: boolean;
  @Column('text', { default: 'public' }) discovery!: 'public' | 'protected';
  @Column('text', { default: 'none' }) roles!: 'none' | 'draft' | 'okta';
  @Column('boolean', { name: 'show_entitlements', default: false }) showEntitlements!: boolean;
  @Column('boolean', { default: false }) assign!: boolean;
  @Column('text', { name: 'role_values', default: 'any' }) roleValues!: 'any' | 'published';
  @Column('integer', { name: 'removal_limit_percent', default: 0 }) removalLimitPercent!: number;
  @Column('integer', { name: 'removal_limit_count', default: 0 }) removalLimitCount!: number;
  @Column('integer', { name: 'removal_minimum_base', default: 100 }) removalMinimumBase!: number;
  @Column('integer', { name: 'removal_window_hours', default: 24 }) removalWindowHours!: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

/** A bearer token of a connection, of which the hash alone is known. */
@Entity('connection_tokens')
@Check('connection_tokens_scope', `scope IN ('read', 'write')`)
@ForeignKey(() => Connection, ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'connection_tokens_connection',
  onDelete: 'CASCADE',
})
export class ConnectionToken {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'connection_tokens_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'connection_tokens_pk' })
  connectionId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'connection_tokens_pk' }) id!: string;
  @Column('bytea', { name: 'secret_hash' }) secretHash!: Buffer;
  @Column('text') scope!: TokenScope;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  @Column('uuid', { name: 'user_id', nullable: true }) userId!: string | null;
}

/** Something that a connection's client was seen to do; what it means is the protocol's affair. */
@Entity('connection_traits')
@ForeignKey(() => Connection, ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'connection_traits_connection',
  onDelete: 'CASCADE',
})
export class ConnectionTrait {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'connection_traits_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'connection_traits_pk' })
  connectionId!: string;
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'connection_traits_pk' }) trait!: string;
  @Column('bigint') count!: number;
  @Column('timestamptz', { name: 'first_seen' }) firstSeen!: Date;
  @Column('timestamptz', { name: 'last_seen' }) lastSeen!: Date;
}

/** A client of the token endpoint. */
@Entity('oauth_clients')
@Check('oauth_clients_scope', `scope IN ('read', 'write')`)
@ForeignKey(() => Connection, ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'oauth_clients_connection',
  onDelete: 'CASCADE',
})
export class OAuthClient {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'oauth_clients_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'oauth_clients_pk' }) connectionId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'oauth_clients_pk' }) id!: string;
  @Column('bytea', { name: 'secret_hash' }) secretHash!: Buffer;
  @Column('text') scope!: TokenScope;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}

/** Whose JWTs a connection takes. */
@Entity('trusted_issuers')
@Unique('trusted_issuers_unique', ['siteId', 'connectionId', 'issuer', 'audience'])
@Check('trusted_issuers_scope', `scope IN ('read', 'write')`)
@ForeignKey(() => Connection, ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'trusted_issuers_connection',
  onDelete: 'CASCADE',
})
export class TrustedIssuer {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'trusted_issuers_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'trusted_issuers_pk' })
  connectionId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'trusted_issuers_pk' }) id!: string;
  @Column('text') issuer!: string;
  @Column('text') audience!: string;
  @Column('text', { nullable: true }) tenant!: string | null;
  @Column('text', { name: 'jwks_url', nullable: true }) jwksUrl!: string | null;
  @Column('text', { array: true, default: '{}' }) clients!: string[];
  @Column('text') scope!: TokenScope;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

/** A bearer token of an application. */
@Entity('application_tokens')
@Check('application_tokens_scopes', `cardinality(scopes) > 0 AND scopes <@ ARRAY['access:read', 'activity:write']`)
@Unique('application_tokens_key_unique', ['key'])
@ForeignKey('applications', ['siteId', 'applicationId'], ['siteId', 'id'], {
  name: 'application_tokens_application',
  onDelete: 'CASCADE',
})
export class ApplicationToken {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'application_tokens_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'application_id', primaryKeyConstraintName: 'application_tokens_pk' })
  applicationId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'application_tokens_pk' }) id!: string;
  @Column({ type: 'text', collation: 'C' }) key!: string;
  @Column('bytea', { name: 'secret_hash' }) secretHash!: Buffer;
  @Column('text', { array: true }) scopes!: string[];
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}

/** A bearer token of a program of an administrator. */
@Entity('api_tokens')
@Check('api_tokens_scopes', 'cardinality(scopes) > 0')
@Unique('api_tokens_key_unique', ['key'])
export class ApiToken {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'api_tokens_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_tokens_pk' }) id!: string;
  @Column({ type: 'text', collation: 'C' }) key!: string;
  @Column('text') name!: string;
  @Column('bytea', { name: 'secret_hash' }) secretHash!: Buffer;
  @Column('text', { array: true }) scopes!: string[];
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}

export const connectionEntities = [
  Connection,
  ConnectionToken,
  ConnectionTrait,
  OAuthClient,
  TrustedIssuer,
  ApplicationToken,
  ApiToken,
];
