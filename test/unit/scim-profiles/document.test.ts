import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { generatedParts } from '../../support/profiles-document.ts';
import { renewDocument } from '../../support/renew-document.ts';

const DOCUMENT = join(import.meta.dirname, '../../../docs/profiles.md');

it('docs/profiles.md says what the code does (UPDATE_DOCS=1 writes its tables anew)', async () => {
  const document = await readFile(DOCUMENT, 'utf8');
  if (process.env.UPDATE_DOCS === '1') await writeFile(DOCUMENT, renewDocument(document, generatedParts()));
  expect(await readFile(DOCUMENT, 'utf8')).toBe(renewDocument(document, generatedParts()));
});
