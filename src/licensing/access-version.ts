import { createHash } from 'node:crypto';
import { type Sql, sql } from '../database/index.js';

/** 64 bits: enough to tell what one person had from what they have. */
const LENGTH = 16;

/** Names an `accessText`; undefined where there is none. The same access has the same name. */
export function accessVersion(text: string | null): string | undefined {
  return text === null ? undefined : createHash('sha256').update(text).digest('hex').slice(0, LENGTH);
}

/** The same in SQL, NULL for undefined. */
export function accessVersionOf(text: Sql): Sql {
  return sql`left(encode(sha256(convert_to(${text}, 'UTF8')), 'hex'), ${LENGTH}::integer)`;
}
