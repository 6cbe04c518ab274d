import pg from 'pg';

/** How long the statements of one database took: pg_stat_statements, seen from another database. */
export interface StatementTimes {
  reset(): Promise<void>;
  /** Seconds of planning and running since the reset, all sessions together, COMMIT included. */
  seconds(): Promise<number>;
  /** The ones with the most time, a line each: calls, milliseconds, rows. */
  costliest(count: number): Promise<string>;
  close(): Promise<void>;
}

export async function openStatementTimes(serverUrl: string, database: string): Promise<StatementTimes> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  const of = `FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = '${database}')`;
  return {
    async reset() {
      await client.query('SELECT pg_stat_statements_reset()');
    },
    async seconds() {
      const { rows } = await client.query(
        `SELECT coalesce(sum(total_exec_time + total_plan_time), 0) / 1000 AS seconds ${of}`,
      );
      return Number(rows[0].seconds);
    },
    async costliest(count) {
      const { rows } = await client.query(
        `SELECT calls, total_exec_time + total_plan_time AS total, rows, query ${of} ORDER BY total DESC LIMIT ${count}`,
      );
      return rows
        .map(({ calls, total, rows: found, query }) => {
          const text = String(query).replace(/\s+/g, ' ').slice(0, 200);
          return `${String(calls).padStart(7)} ${total.toFixed(0).padStart(8)} ms ${String(found).padStart(9)}  ${text}`;
        })
        .join('\n');
    },
    close: () => client.end(),
  };
}
