import { type Database, sql } from '../../src/database/index.js';

/** TypeORM's own table; and the log's months, which differ from day to day. */
const LEFT_OUT = sql`c.relname <> 'migrations' AND c.relname NOT LIKE 'migrations\_%' AND NOT c.relispartition`;

/**
 * Everything that the migrations make, as sorted lines of text: tables with partitioning and storage options,
 * columns with type, collation and default, indexes, constraints, policies, triggers, functions and views.
 */
export async function catalogueSnapshot(database: Database): Promise<string> {
  const rows = await database.read<{ line: string }>(sql`
    WITH class AS (
      SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND ${LEFT_OUT}
    )
    SELECT line FROM (
      SELECT concat_ws(' ', CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' ELSE 'table' END, relname,
        CASE WHEN relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(oid) END,
        CASE WHEN relpersistence = 'u' THEN 'UNLOGGED' END,
        CASE WHEN relrowsecurity THEN 'ROW LEVEL SECURITY' END,
        'WITH (' || array_to_string(reloptions, ', ') || ')',
        CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END) AS line
      FROM class WHERE relkind IN ('r', 'p', 'v', 'm')
      UNION ALL
      SELECT concat_ws(' ', 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || quote_ident(l.collname) END,
        CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        CASE WHEN a.attidentity <> '' THEN 'IDENTITY ' || a.attidentity::text END,
        CASE WHEN a.attgenerated <> '' THEN 'GENERATED ' || a.attgenerated::text END,
        'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid))
      FROM class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_collation l ON l.oid = a.attcollation
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relkind IN ('r', 'p')
      UNION ALL
      SELECT concat_ws(' ', 'index', pg_get_indexdef(c.oid), CASE WHEN NOT i.indisvalid THEN 'INVALID' END)
      FROM class c JOIN pg_index i ON i.indexrelid = c.oid JOIN class t ON t.oid = i.indrelid
      UNION ALL
      SELECT concat_ws(' ', 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid))
      FROM pg_constraint k JOIN class c ON c.oid = k.conrelid WHERE k.contype <> 'n'
      UNION ALL
      SELECT concat_ws(' ', 'policy', c.relname, p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid),
        'CHECK ' || pg_get_expr(p.polwithcheck, p.polrelid))
      FROM pg_policy p JOIN class c ON c.oid = p.polrelid
      UNION ALL
      SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(g.oid))
      FROM pg_trigger g JOIN class c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal
      UNION ALL
      SELECT concat_ws(' ', 'function', regexp_replace(pg_get_functiondef(f.oid), '\\s+', ' ', 'g'))
      FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace AND f.prokind <> 'a'
      UNION ALL
      SELECT 'extension ' || extname FROM pg_extension
    ) AS lines
    ORDER BY line COLLATE "C"
  `);
  return `${rows.map(({ line }) => line.replaceAll(/\s+/g, ' ')).join('\n')}\n`;
}
