import { RollcallError } from '../../errors/index.js';
import type { GoogleClient } from '../client/index.js';
import type { GoogleSettings } from './settings.js';

/**
 * Asks Google whether what a selection names is there, so that a slip is refused when it is saved and not found out by
 * a run that selects nothing.
 * @throws RollcallError `google.selection-unknown` with the setting and what it names; the client's errors
 */
export async function checkSelection(
  client: GoogleClient,
  selection: GoogleSettings['selection'],
  domain: string | null,
  signal: AbortSignal,
): Promise<void> {
  if (domain !== null) await client.listUsers({ pageToken: undefined, signal });
  if (selection.mode === 'all') return;
  await Promise.all([
    checkOrgUnits(client, selection.orgUnits, signal),
    ...selection.groupIds.map((id, index) => checkGroup(client, id, index, signal)),
  ]);
}

async function checkOrgUnits(
  client: GoogleClient,
  orgUnits: readonly { readonly path: string }[],
  signal: AbortSignal,
): Promise<void> {
  if (orgUnits.length === 0) return;
  // Google's paths differ from each other in more than case.
  const known = new Set((await client.listOrgUnits(signal)).map(({ path }) => path.toLowerCase()));
  for (const [index, { path }] of orgUnits.entries()) {
    if (path === '/' || known.has(path.toLowerCase())) continue;
    const message = `Google knows no organizational unit "${path}"; it has ${known.size}, such as ${some(known)}.`;
    throw unknown(`selection.orgUnits.${index}`, message);
  }
}

async function checkGroup(client: GoogleClient, id: string, index: number, signal: AbortSignal): Promise<void> {
  const setting = `selection.groupIds.${index}`;
  try {
    if ((await client.getGroup(id, signal)) !== undefined) return;
  } catch (error) {
    if (!(error instanceof RollcallError) || error.details.class !== 'object') throw error;
    throw unknown(setting, `The group "${id}" cannot be selected. ${error.message}`);
  }
  throw unknown(setting, `Google knows no group "${id}" (Resource Not Found: groupKey).`);
}

const SHOWN = 3;

function some(known: ReadonlySet<string>): string {
  return [...known].slice(0, SHOWN).join(', ') || 'none';
}

function unknown(setting: string, message: string): RollcallError {
  return new RollcallError('invalid', 'google.selection-unknown', `The setting ${setting}: ${message}`, { setting });
}
