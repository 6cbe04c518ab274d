import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { types } from 'node:util';
import { CsvError, parse } from 'csv-parse';
import { IMPORT_COLUMNS, type NumberedRow } from '../administration/index.js';
import { RollcallError } from '../errors/index.js';

/** Nobody has so much to say of one person; what is longer is a quotation mark that is never closed. */
const LONGEST_RECORD = 65_536;

interface Record {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * The rows of a file with a line of column names (RFC 4180, UTF-8 with or without a byte order mark), read as they are
 * asked for. Empty cells are left out; an apostrophe that keeps spreadsheets from taking a cell for a formula is, too.
 * @throws RollcallError `import.unreadable`, `import.columns`, `import.not-csv`, `import.not-utf8`
 */
export async function* readCsv(path: string): AsyncGenerator<NumberedRow> {
  const text = Readable.from(decoded(path));
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
  });
  text.on('error', (error) => parser.destroy(error)).pipe(parser);
  let columns: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Record>) {
      if (columns === undefined) columns = columnsOf(record);
      else yield rowOf(columns, record, info.lines);
    }
  } catch (error) {
    throw readingError(path, error);
  } finally {
    text.destroy();
  }
  if (columns === undefined) throw wrong('columns', `${path} is empty: its first line names the columns.`);
}

async function* decoded(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of createReadStream(path)) yield decoder.decode(chunk as Buffer, { stream: true });
  yield decoder.decode();
}

/** The columns by the names that rows have for them. */
function columnsOf(record: readonly string[]): readonly string[] {
  const known = new Map(IMPORT_COLUMNS.map((name) => [name.toLowerCase(), name]));
  const columns = record.map((cell) => {
    const name = known.get(cell.trim().toLowerCase());
    if (name !== undefined) return name;
    throw wrong(
      'columns',
      `There is no column "${cell.trim().slice(0, 64)}"; there are: ${IMPORT_COLUMNS.join(', ')}.`,
    );
  });
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw wrong('columns', `The column ${twice} is there twice.`);
  if (columns.includes('userName') || columns.includes('email')) return columns;
  throw wrong('columns', 'A column userName or email is needed, by which users are found.');
}

const GUARDED = /^'[=+\-@\t\r]/;

function rowOf(columns: readonly string[], record: readonly string[], line: number): NumberedRow {
  if (record.length !== columns.length) {
    return { line, problem: `it has ${record.length} cells for ${columns.length} columns` };
  }
  const cells = columns.flatMap((name, index) => {
    const cell = (record[index] ?? '').trim();
    return cell === '' ? [] : [[name, GUARDED.test(cell) ? cell.slice(1) : cell]];
  });
  return { line, row: Object.fromEntries(cells) };
}

function readingError(path: string, error: unknown): unknown {
  if (error instanceof RollcallError) return error;
  if (error instanceof CsvError) return wrong('not-csv', `${path} is not valid CSV: ${error.message}.`, error);
  if (!types.isNativeError(error) || !('code' in error)) return error;
  if (error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return wrong('not-utf8', `${path} is not UTF-8.`, error);
  return 'syscall' in error ? wrong('unreadable', `${path} cannot be read: ${error.message}.`, error) : error;
}

function wrong(code: string, message: string, cause?: unknown): RollcallError {
  return new RollcallError('invalid', `import.${code}`, message, {}, { cause });
}
