import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

// What the migration 0017-api-tokens makes, as TypeORM sees it. Fields have a `!` because TypeORM fills them.

/** A request that came with an Idempotency-Key. */
@Entity('api_requests')
@Index('api_requests_started', ['startedAt'])
@ForeignKey('api_tokens', ['siteId', 'tokenId'], ['siteId', 'id'], { name: 'api_requests_token', onDelete: 'CASCADE' })
class ApiRequestRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'api_requests_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'token_id', primaryKeyConstraintName: 'api_requests_pk' }) tokenId!: string;
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'api_requests_pk' }) key!: string;
  @Column('uuid') attempt!: string;
  @Column('bytea', { name: 'request_hash' }) requestHash!: Buffer;
  @Column('timestamptz', { name: 'started_at', default: () => 'now()' }) startedAt!: Date;
  @Column('boolean', { default: false }) done!: boolean;
  @Column('bytea', { nullable: true }) answer!: Buffer | null;
}

export const apiEntities = [ApiRequestRow];
