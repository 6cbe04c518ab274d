import { once } from 'node:events';

/** Where a command writes; tests capture it. */
export interface Output {
  /** Standard output: the answer and nothing else. */
  out(text: string): void;
  /** Standard error: one readable line. */
  error(text: string): void;
  /** Resolves when the reader of standard output has taken what was written; where that can be waited for. */
  readonly flush?: () => Promise<void>;
  /** Whether a line of standard error can be written anew. */
  readonly redraws?: boolean;
}

/** An answer in both forms; `text` is asked for only where it is shown. */
export interface Answer {
  readonly json: unknown;
  text(): string;
  /** Something was found that must not be: the exit code is 1, so that scripts see it. */
  readonly negative?: boolean;
  /** Somebody has to decide before it goes on: the exit code is 3. */
  readonly undecided?: boolean;
}

/** Thrown behind an answer whose exit code is not 0; it has said everything itself. */
export class NegativeAnswer extends Error {
  constructor(readonly exitCode: 1 | 3) {
    super();
  }
}

/** The streams of this process. A reader that goes away (`| head`) is no mistake. */
export function processOutput(): Output {
  const write = (stream: NodeJS.WriteStream) => {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
    return (text: string) => void stream.write(text);
  };
  const flush = async (): Promise<void> => {
    const { stdout } = process;
    if (stdout.writableNeedDrain) await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]);
  };
  return { out: write(process.stdout), error: write(process.stderr), flush, redraws: process.stderr.isTTY };
}

/** One JSON document, or text that ends its line; nothing where the command has written all by itself. */
export function render(answer: Answer, asJson: boolean): string {
  if (asJson) return `${JSON.stringify(answer.json, null, 2)}\n`;
  const text = answer.text().trimEnd();
  return text === '' ? '' : `${text}\n`;
}

/** Rows under their headings, columns aligned; `nothing` where there is no row. */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[], nothing: string): string {
  if (rows.length === 0) return nothing;
  const lines = [headings, ...rows].map((row) => row.map(printable));
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and their values under each other. */
export function fields(values: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values)
    .map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd())
    .join('\n');
}

/** Text on one line. Clients choose names, and a terminal would obey the control characters in them. */
export function printable(value: unknown): string {
  const text =
    value === undefined || value === null
      ? '-'
      : value instanceof Date
        ? time(value)
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value);
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

/** `1 user`, `2 users` */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `2026-03-01 09:30:00Z` */
export function time(at: Date): string {
  return at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
