// npm run conformance: runs the tests that prove conformance and prints a table; with --results FILE it reads the report
// of a run that was (`npm test -- --json --outputFile=FILE`) instead of running them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate, type JestResults, parseResults } from './evaluate.ts';
import { readAreas } from './items.ts';
import { reportOf } from './table.ts';

const { values } = parseArgs({ options: { results: { type: 'string' } } });
const { text, conforms } = reportOf(evaluate(readAreas(), resultsOf(values.results)));
console.log(text);
process.exitCode = conforms ? 0 : 1;

function resultsOf(file: string | undefined): JestResults {
  if (file !== undefined) return read(file);
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-conformance-'));
  try {
    const output = join(folder, 'jest.json');
    const tests = ['test/conformance/', 'test/idp/', '--json', `--outputFile=${output}`];
    spawnSync('npm', ['test', '--', ...tests], { stdio: ['ignore', 'ignore', 'inherit'] });
    return read(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(file: string): JestResults {
  try {
    return parseResults(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(`${file} is no report of jest: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
