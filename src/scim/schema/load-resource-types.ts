import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollcallError } from '../../errors/index.js';
import { buildResourceTypes, type SchemaFile } from './build-resource-types.js';
import type { ResourceTypes } from './resource-types.js';
import { TEST_RESOURCE_FILES } from './test-resource.js';

export interface LoadOptions {
  /** A folder that need not be there. */
  readonly folder: string;
  /** Serve TestResource as well. */
  readonly testResources: boolean;
}

/**
 * The resource types of the RFC with what an operator's files add: every `*.json` of a folder holds a Schema or a
 * ResourceType (RFC 7643 sections 6 and 7), or a list of them.
 * @throws RollcallError misconfigured `schema.invalid`, `schema.unreadable`, both naming the file
 */
export async function loadResourceTypes({ folder, testResources }: LoadOptions): Promise<ResourceTypes> {
  const files = await Promise.all((await namesIn(folder)).map((name) => read(join(folder, name), name)));
  return buildResourceTypes([...files, ...(testResources ? TEST_RESOURCE_FILES : [])]);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith('.json')).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw unreadable(folder, error);
  }
}

async function read(path: string, name: string): Promise<SchemaFile> {
  try {
    return { name, content: JSON.parse(await readFile(path, 'utf8')) };
  } catch (error) {
    throw unreadable(name, error);
  }
}

function isMissing(error: unknown): boolean {
  // Not instanceof Error: in jest the errors of Node itself come from another realm.
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

function unreadable(name: string, error: unknown): RollcallError {
  const reason = String((error as { message?: unknown }).message ?? error);
  const message = `The schema file ${name} cannot be read: ${reason}`;
  return new RollcallError('misconfigured', 'schema.unreadable', message, {}, { cause: error });
}
