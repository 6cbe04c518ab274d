import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generatedParts } from '../../conformance/report/document.ts';
import { evaluate, type JestResults } from '../../conformance/report/evaluate.ts';
import { idsIn, readAreas } from '../../conformance/report/items.ts';
import { reportOf } from '../../conformance/report/table.ts';
import { renewDocument } from '../../support/renew-document.ts';

const TESTS = join(import.meta.dirname, '../..');
const DOCUMENT = join(TESTS, '../docs/conformance.md');
const areas = readAreas();
const ids = areas.flatMap(({ items }) => items.map(({ id }) => id));

describe('the list of items', () => {
  it('has each id once, in the file of its area, in order', () => {
    for (const { area, items } of areas) {
      expect(items.map(({ id }) => id)).toEqual(
        items.map((_item, index) => `${area}-${String(index + 1).padStart(2, '0')}`),
      );
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('names test files that are there and carry ids of the area', async () => {
    for (const { area, tests } of areas) {
      for (const name of tests) {
        const file = join(TESTS, 'conformance', `${name}.test.ts`);
        expect([file, existsSync(file)]).toEqual([file, true]);
        expect([file, (await readFile(file, 'utf8')).includes(`${area}-`)]).toEqual([file, true]);
      }
    }
  });

  it('has every id that the tests speak of', async () => {
    for (const folder of ['conformance', 'idp']) {
      for (const name of await readdir(join(TESTS, folder))) {
        if (!name.endsWith('.ts')) continue;
        const carried = idsIn(await readFile(join(TESTS, folder, name), 'utf8'), areas);
        expect([name, carried.filter((id) => !ids.includes(id))]).toEqual([name, []]);
      }
    }
  });

  it('is what docs/conformance.md tells (UPDATE_DOCS=1 writes its tables anew)', async () => {
    const document = await readFile(DOCUMENT, 'utf8');
    const now = renewDocument(document, generatedParts(areas));
    if (process.env.UPDATE_DOCS === '1') await writeFile(DOCUMENT, now);
    expect(await readFile(DOCUMENT, 'utf8')).toBe(now);
  });
});

describe('the table', () => {
  const small = [
    {
      area: 'ME',
      title: 'Me',
      tests: ['me'],
      items: [
        { id: 'ME-01', level: 'MUST' as const, section: '1', statement: 'One.', profile: 'generic' as const },
        {
          id: 'ME-02',
          level: 'MAY' as const,
          section: '2',
          statement: 'Two.',
          profile: 'generic' as const,
          declined: 'no',
        },
        { id: 'ME-03', level: 'SHOULD' as const, section: '3', statement: 'Three.', profile: 'generic' as const },
      ],
    },
  ];
  const results = (tests: Record<string, string>, folder = 'conformance'): JestResults => ({
    testResults: [
      {
        name: `/anywhere/test/${folder}/me.test.ts`,
        message: '',
        assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
      },
    ],
  });
  const report = (tests: Record<string, string>, folder?: string) => reportOf(evaluate(small, results(tests, folder)));

  it('counts an item as passing when all tests with its id passed', () => {
    const { text, conforms } = report({ 'ME-01, ME-03: both': 'passed', 'me ME-01: again': 'passed' });
    expect(conforms).toBe(true);
    expect(text.split('\n').map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['area', 'items', 'passing', 'failing', 'without a test', 'declined'],
      ['ME', 'Me', '3', '2', '0', '0', '1'],
      ['all', '3', '2', '0', '0', '1'],
    ]);
  });

  it.each([
    ['one of its tests failed', { 'ME-01: a': 'passed', 'ME-01: b': 'failed' }, 'failing: ME-01 (MUST) One.'],
    ['a SHOULD fails', { 'ME-01: a': 'passed', 'ME-03: b': 'failed' }, 'failing: ME-03 (SHOULD) Three.'],
    ['its test was skipped', { 'ME-01: a': 'pending' }, 'without a test: ME-01 (MUST) One.'],
    ['it has no test', { 'another ME-03': 'passed' }, 'without a test: ME-01 (MUST) One.'],
    ['an id is unknown', { 'ME-01: a': 'passed', 'ME-77: b': 'passed' }, 'not in the list: ME-77'],
  ])('fails where %s', (_where, tests: Record<string, string>, line) => {
    const { text, conforms } = report(tests);
    expect(conforms).toBe(false);
    expect(text.split('\n')).toContain(line);
  });

  it('does not fail on a SHOULD without a test, but tells it', () => {
    const { text, conforms } = report({ 'ME-01: a': 'passed' });
    expect(conforms).toBe(true);
    expect(text).toContain('without a test: ME-03 (SHOULD) Three.');
  });

  it('looks at tests over HTTP alone', () => {
    expect(report({ 'ME-01: a': 'passed' }, 'unit').conforms).toBe(false);
  });
});
