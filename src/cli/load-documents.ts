import type { Config } from '../config/index.js';
import type { DirectoryDocuments } from '../directory/index.js';

/** Reads and shows users and groups by the operator's schemas. Loaded only where it is needed: it takes a while. */
export async function loadDocuments({ scim, limits }: Config): Promise<DirectoryDocuments> {
  const { createDirectoryDocuments, loadResourceTypes } = await import('../scim/index.js');
  const types = await loadResourceTypes({ folder: scim.schemasDir, testResources: scim.testResources });
  return createDirectoryDocuments(types, limits);
}
