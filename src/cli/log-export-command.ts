import { Option } from 'commander';
import { connectionNames } from '../administration/index.js';
import { type LogEntry, streamLog } from '../log/index.js';
import { type Cell, csvLine } from './csv.js';
import { type LogFilterOptions, logFilter, withLogFilterOptions } from './log-filter-options.js';
import { type Register, siteCommand } from './session.js';

interface ExportOptions extends LogFilterOptions {
  readonly format: 'ndjson' | 'csv';
}

/** A reader that is slower than the database is waited for after so many. */
const ROWS_TOGETHER = 500;

type NamedEntry = LogEntry & { readonly connection: string | null };

const HEADINGS = [
  'time',
  'id',
  'outcome',
  'action',
  'objectType',
  'objectId',
  'name',
  'source',
  'connection',
  'errorCode',
  'advice',
  'changed',
  'changes',
  'subjectCount',
  'correlationId',
];

/** `rollcall log export`: entries on standard output, one a line, however many there are. */
export const logExportCommand: Register = (group, session) => {
  withLogFilterOptions(siteCommand(group, 'export', 'write entries to standard output, the oldest first'))
    .addOption(
      new Option('--format <format>', 'JSON, one object a line, or a table for spreadsheets')
        .choices(['ndjson', 'csv'])
        .default('ndjson'),
    )
    .action((options: ExportOptions) =>
      session.answerInSite({ ...options, json: false }, async (services) => {
        const nameOf = await connectionNames(services);
        const asCsv = options.format === 'csv';
        if (asCsv) session.output.out(csvLine(HEADINGS));
        let written = 0;
        for await (const entry of streamLog(services.database, await logFilter(services, options))) {
          const named = { ...entry, connection: nameOf(entry.connectionId) };
          session.output.out(asCsv ? csvLine(row(named)) : `${JSON.stringify(named)}\n`);
          written += 1;
          if (written % ROWS_TOGETHER === 0) await session.output.flush?.();
        }
        session.output.error(written === 1 ? '1 entry\n' : `${written} entries\n`);
        return { json: null, text: () => '' };
      }),
    );
};

function row(entry: NamedEntry): Cell[] {
  const { personal } = entry;
  return [
    ...[entry.at.toISOString(), entry.id, entry.outcome, entry.action, entry.objectType, entry.objectId],
    ...[personal?.name ?? null, entry.source, entry.connection, entry.errorCode, personal?.advice ?? null],
    ...[entry.changed.join(' '), JSON.stringify(personal?.changes ?? []), entry.subjectCount, entry.correlationId],
  ];
}
