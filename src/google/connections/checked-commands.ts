import { isDeepStrictEqual } from 'node:util';
import { type Actor, type LockingCommand, newObjectId, type StandaloneCommand } from '../../directory/index.js';
import { checkSelection } from './check-selection.js';
import {
  createGoogleConnection,
  type GoogleConnectionChange,
  type NewGoogleConnection,
  updateGoogleConnection,
} from './connection-commands.js';
import type { GoogleConnection } from './google-connection.js';
import { type ClientServices, clientBy, openGoogleClient } from './open-client.js';
import { readGoogleConnection } from './read-connections.js';
import { type GoogleSettings, parseSettings } from './settings.js';
import { parseWorkspace } from './workspace.js';

const NO_MAPPING = { users: [], groups: [] };

/**
 * The command that makes a connection, once Google has been asked whether it knows the domain, the units and the groups
 * that are named. Where none are, nothing is asked: access may be set up afterwards.
 * @throws RollcallError `google.selection-unknown`, the client's errors, and what createGoogleConnection throws
 */
export async function createCheckedConnection(
  { config, secrets }: ClientServices,
  actor: Actor,
  wanted: NewGoogleConnection,
  signal: AbortSignal,
): Promise<StandaloneCommand<GoogleConnection>> {
  const limits = config.google;
  const command = createGoogleConnection(actor, { secrets, limits }, wanted);
  const workspace = parseWorkspace(wanted);
  const settings = parseSettings(wanted.settings, undefined, limits);
  if (names(settings.selection, workspace.domain)) {
    const { serviceAccount } = wanted.credential;
    const outline = { id: newObjectId(), serviceAccount, settings, ...workspace };
    const client = await clientBy(config.google, wanted.credential, outline, NO_MAPPING);
    await checkSelection(client, settings.selection, workspace.domain, signal);
  }
  return command;
}

/** The same for a change, where it names others than before. */
export async function updateCheckedConnection(
  services: ClientServices,
  actor: Actor,
  nameOrId: string,
  wanted: GoogleConnectionChange,
  signal: AbortSignal,
): Promise<LockingCommand<GoogleConnection>> {
  const limits = services.config.google;
  const before = await readGoogleConnection(services.database, actor.siteId, nameOrId);
  const workspace = parseWorkspace(wanted, before);
  const settings = parseSettings(wanted.settings ?? {}, before.settings, limits);
  const same = isDeepStrictEqual(settings.selection, before.settings.selection) && workspace.domain === before.domain;
  if (!same && names(settings.selection, workspace.domain)) {
    const client = await openGoogleClient(services, { ...before, ...workspace, settings }, NO_MAPPING);
    await checkSelection(client, settings.selection, workspace.domain, signal);
  }
  return updateGoogleConnection(actor, limits, nameOrId, wanted);
}

function names(selection: GoogleSettings['selection'], domain: string | null): boolean {
  return (
    domain !== null || (selection.mode === 'selected' && selection.orgUnits.length + selection.groupIds.length > 0)
  );
}
