export { analyzeGrown } from './analyze-grown.js';
export { violatedConstraint } from './database-errors.js';
export { type EmbeddedDatabase, type EmbeddedOptions, startEmbedded } from './embedded/index.js';
export { hasPendingMigrations, migrate, revert } from './migrate.js';
export { type Database, type DatabaseOptions, openDatabase } from './open-database.js';
export { ensureMonthlyPartitions } from './partitions.js';
export { empty, join, raw, type Sql, sql } from './sql.js';
export type { Statement } from './statement.js';
export type { Transaction } from './transaction.js';
