import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

// What the migration 0014-seat-history makes, as TypeORM sees it. Fields have a `!` because TypeORM fills them.

/** How a licence was used on one day of UTC. */
@Entity('licence_days')
@Index('licence_days_application', ['siteId', 'applicationId', 'day'])
export class LicenceDayRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'licence_days_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'licence_id', primaryKeyConstraintName: 'licence_days_pk' }) licenceId!: string;
  @PrimaryColumn('date', { primaryKeyConstraintName: 'licence_days_pk' }) day!: string;
  @Column('uuid', { name: 'application_id' }) applicationId!: string;
  @Column('text') name!: string;
  @Column('integer', { nullable: true }) seats!: number | null;
  @Column('integer') used!: number;
  @Column('integer') highest!: number;
  @Column('integer') over!: number;
  @Column('integer', { nullable: true }) waiting!: number | null;
}

export const historyEntities = [LicenceDayRow];
