import { type Database, raw, sql, type Transaction } from '../database/index.js';
import type { LockingCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { SealedColumn, Secrets } from '../secrets/index.js';

/** How many stored secrets which key opens. */
export interface SealedCounts {
  readonly current: number;
  readonly former: number;
  /** By none, although somebody needs them: what they are, and what makes others. */
  readonly unreadable: readonly string[];
}

interface Row {
  readonly place: string;
  readonly sealed: Buffer;
  readonly belongsTo: string;
}

const AT_ONCE = 500;

/** More of them are counted, not named. */
const MOST_NAMED = 20;

/**
 * Seals everything anew that is sealed with the former key, in one transaction. What the key in use opens already stays
 * as it is, so that it can be said again.
 * @returns how many were sealed anew
 * @throws RollcallError `secrets.cannot-rotate` where neither key opens something that is needed; nothing is changed then
 */
export function resealSecrets(secrets: Secrets, columns: readonly SealedColumn[]): LockingCommand<number> {
  return {
    action: 'secrets.rotate',
    objectType: 'Site',
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const unreadable: string[] = [];
      let resealed = 0;
      for (const column of columns) resealed += await resealColumn(transaction, secrets, column, unreadable);
      requireReadable(unreadable);
      return {
        result: resealed,
        objectId: undefined,
        objectName: undefined,
        changed: resealed === 0 ? [] : [{ attribute: 'resealed', old: undefined, new: resealed }],
        subjects: [],
        affectedUserIds: [],
        unchanged: resealed === 0,
        writes: [],
      };
    },
  };
}

/** Looks which key opens what is stored, and changes nothing. */
export async function countSealed(
  database: Database,
  secrets: Secrets,
  columns: readonly SealedColumn[],
): Promise<SealedCounts> {
  const counts = { current: 0, former: 0 };
  const unreadable: string[] = [];
  for (const column of columns) {
    for await (const row of database.stream<Row>(sql`${raw(selectOf(column))}`)) {
      const key = secrets.sealedBy(column.purpose, row.sealed, row.belongsTo);
      if (key !== undefined) counts[key] += 1;
      else note(column, row, unreadable);
    }
  }
  return { ...counts, unreadable };
}

/** @throws RollcallError `secrets.cannot-rotate` */
export function requireReadable(unreadable: readonly string[]): void {
  if (unreadable.length === 0) return;
  const named = unreadable.slice(0, MOST_NAMED).join('; ');
  const more = unreadable.length > MOST_NAMED ? `; and ${unreadable.length - MOST_NAMED} more` : '';
  const message = `Neither key opens what is stored of: ${named}${more}. Give the key that they were stored with, or make others.`;
  throw new RollcallError('misconfigured', 'secrets.cannot-rotate', message);
}

async function resealColumn(
  transaction: Transaction,
  secrets: Secrets,
  column: SealedColumn,
  unreadable: string[],
): Promise<number> {
  let resealed = 0;
  // A cursor: answers that are kept may be many. It does not see the rows again that are changed behind it.
  await transaction.lock(`DECLARE sealed CURSOR FOR ${selectOf(column)} FOR UPDATE`);
  for (;;) {
    const rows = await transaction.run<Row>(sql`FETCH ${raw(String(AT_ONCE))} FROM sealed`);
    const anew = rows.flatMap((row) => {
      const key = secrets.sealedBy(column.purpose, row.sealed, row.belongsTo);
      if (key === undefined) note(column, row, unreadable);
      if (key !== 'former') return [];
      const plain = secrets.open(column.purpose, row.sealed, row.belongsTo);
      return [{ place: row.place, sealed: secrets.seal(column.purpose, plain, row.belongsTo) }];
    });
    if (anew.length > 0) {
      await transaction.run(sql`
        UPDATE ${raw(column.table)} t SET ${raw(column.column)} = n.sealed
        FROM unnest(${anew.map(({ place }) => place)}::text[], ${anew.map(({ sealed }) => sealed)}::bytea[]) n (place, sealed)
        WHERE t.ctid = n.place::tid`);
    }
    resealed += anew.length;
    if (rows.length < AT_ONCE) break;
  }
  await transaction.lock('CLOSE sealed');
  return resealed;
}

function selectOf({ table, column, belongsTo }: SealedColumn): string {
  return `SELECT ctid::text AS place, ${column} AS sealed, ${belongsTo} AS "belongsTo" FROM ${table} WHERE ${column} IS NOT NULL`;
}

function note({ table, mend }: SealedColumn, { belongsTo }: Row, unreadable: string[]): void {
  if (mend !== undefined) unreadable.push(`${table} ${belongsTo} (${mend})`);
}
