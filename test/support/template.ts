import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as DatabaseDoor from '../../src/database/index.js';
import { onServer, withDatabase } from './server-url.ts';

/** Changes with every edit of a migration, so that a server that lives on never serves an old schema. */
async function templateName(): Promise<string> {
  const folder = join(import.meta.dirname, '../../src/database');
  const hash = createHash('sha256').update(await readFile(join(folder, 'partitions.ts')));
  for (const file of (await readdir(join(folder, 'migrations'))).sort()) {
    hash.update(file).update(await readFile(join(folder, 'migrations', file)));
  }
  // The log's partitions are made for the current months.
  hash.update(new Date().toISOString().slice(0, 7));
  return `rollcall_template_${hash.digest('hex').slice(0, 16)}`;
}

/** Migrates a template database, once for each state of the migrations, and gives its name. */
export async function ensureTemplate(
  serverUrl: string,
  { migrate, openDatabase }: Pick<typeof DatabaseDoor, 'migrate' | 'openDatabase'>,
): Promise<string> {
  const name = await templateName();
  const found = await onServer(serverUrl, `SELECT 1 FROM pg_database WHERE datname = '${name}'`);
  if (found.length > 0) return name;
  // Renamed when it is whole: an interrupted run leaves no half template.
  const draft = `${name}_${process.pid}`;
  await onServer(serverUrl, `DROP DATABASE IF EXISTS ${draft}`);
  await onServer(serverUrl, `CREATE DATABASE ${draft} TEMPLATE template0 ENCODING 'UTF8'`);
  const url = withDatabase(serverUrl, draft);
  const database = await openDatabase({ url, poolSize: 2, readPoolSize: 1, entities: [] });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  await onServer(serverUrl, `ALTER DATABASE ${draft} RENAME TO ${name}`);
  return name;
}
