import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

// The canary of .dependency-cruiser.mjs: a small tree with forbidden imports, which the checker has to find.
const DOORS = ['errors', 'config', 'directory', 'change', 'connections', 'log', 'api', 'http', 'scim', 'scim/schema'];

const FORBIDDEN: Record<string, string> = {
  'directory/upwards.ts': "import { door } from '../change/index.js';\nexport const upwards = door;",
  'directory/type-only.ts': "import type { Door } from '../change/index.js';\nexport type TypeOnly = Door;",
  'directory/inline-type.ts': "import { type Door } from '../log/index.js';\nexport type InlineType = Door;",
  'directory/re-export.ts': "export { door } from '../scim/index.js';",
  'directory/dynamic.ts': "export const dynamic = () => import('../api/index.js');",
  'directory/transport.ts': "import express from 'express';\nexport const transport = express;",
  'directory/transport-type.ts': "import type { Request } from 'express';\nexport type TransportType = Request;",
  'errors/upwards.ts': "import { door } from '../config/index.js';\nexport const upwards = door;",
  'change/upwards.ts': "import { door } from '../connections/index.js';\nexport const upwards = door;",
  'api/sideways.ts': "import { door } from '../scim/index.js';\nexport const sideways = door;",
  'http/past-the-door.ts': "import { inner } from '../directory/inner.js';\nexport const pastTheDoor = inner;",
  'http/application.ts': "import { app } from '../app.js';\nexport const application = app;",
  'scim/schema/upwards.ts': "import { door } from '../filter/index.js';\nexport const upwards = door;",
  'scim/filter/past-the-door.ts': "import { inner } from '../schema/inner.js';\nexport const pastTheDoor = inner;",
  'log/cycle.ts': "import { other } from './other.js';\nexport const cycle: unknown = () => other;",
  'log/lost.ts': "import { lost } from './nowhere.js';\nexport const found = lost;",
};

const ALLOWED: Record<string, string> = {
  'main.ts': "import { app } from './app.js';\nexport const main = app;",
  'app.ts': "import { door } from './http/index.js';\nexport const app = door;",
  'directory/inner.ts': 'export const inner = 1;',
  'directory/down.ts': "import { door } from '../errors/index.js';\nexport const down = door;",
  'connections/down.ts': "import { door } from '../change/index.js';\nexport const down = door;",
  'http/down.ts':
    "import express from 'express';\nimport { door } from '../scim/index.js';\nexport default [express, door];",
  'scim/schema/inner.ts': 'export const inner = 1;',
  'scim/filter/index.ts': "import { door } from '../schema/index.js';\nexport { door };",
  'log/other.ts': 'export const other = 1;',
};

type Violation = { from: string; rule: { name: string } };

let folder: string;
let violations: Violation[];

function write(file: string, content: string): void {
  const path = join(folder, 'src', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

beforeAll(() => {
  const root = resolve('.');
  folder = mkdtempSync(join(tmpdir(), 'rollcall-arrows-'));
  cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  for (const room of DOORS) {
    write(`${room}/index.ts`, 'export const door = 1;\nexport type Door = number;');
  }
  for (const [file, content] of Object.entries({ ...ALLOWED, ...FORBIDDEN })) {
    write(file, content);
  }
  write('log/other.ts', "import { cycle } from './cycle.js';\nexport const other: unknown = () => cycle;");
  const checker = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(root, '.dependency-cruiser.mjs');
  const { stdout } = spawnSync(process.execPath, [checker, '--config', config, '--output-type', 'json', 'src'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const report: { summary: { violations: Violation[] } } = JSON.parse(stdout);
  violations = report.summary.violations;
});

afterAll(() => rmSync(folder, { recursive: true }));

function rulesBrokenBy(file: string): string[] {
  return violations.filter(({ from }) => from === `src/${file}`).map(({ rule }) => rule.name);
}

describe('the arrow checker', () => {
  it.each([
    ['directory/upwards.ts', 'src/directory uses only what is below it'],
    ['directory/type-only.ts', 'src/directory uses only what is below it'],
    ['directory/inline-type.ts', 'src/directory uses only what is below it'],
    ['directory/re-export.ts', 'src/directory uses only what is below it'],
    ['directory/dynamic.ts', 'src/directory uses only what is below it'],
    ['directory/transport.ts', 'the domain knows no transport'],
    ['directory/transport-type.ts', 'the domain knows no transport'],
    ['errors/upwards.ts', 'src/errors uses only what is below it'],
    ['change/upwards.ts', 'src/change uses only what is below it'],
    ['api/sideways.ts', 'the API knows nothing of SCIM'],
    ['http/past-the-door.ts', 'src/*: only the index.ts of another folder'],
    ['http/application.ts', 'nothing uses main.ts, and only main.ts uses app.ts'],
    ['scim/schema/upwards.ts', 'src/scim/schema uses only what is below it'],
    ['scim/filter/past-the-door.ts', 'src/scim/*: only the index.ts of another folder'],
    ['log/cycle.ts', 'no cycles'],
    ['log/lost.ts', 'every import is found'],
  ])('finds the forbidden import of %s', (file, rule) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  it.each(Object.keys(ALLOWED).filter((file) => file !== 'log/other.ts'))('lets %s pass', (file) => {
    // express is not installed beside the fixture, so it cannot be found there.
    expect(rulesBrokenBy(file).filter((rule) => rule !== 'every import is found')).toEqual([]);
  });
});
