import type { GoogleClient } from '../client/index.js';
import { takeHints, walkHinted } from '../refresh/index.js';
import type { WalkCounts } from '../walk/index.js';
import type { Execution } from './execution.js';

/** Reads what was hinted at, and nothing else. Where that fails the hints stay for the next time. */
export async function refreshWalk(execution: Execution, client: GoogleClient): Promise<void> {
  const { run, stage, connection, mapping, pulse, services } = execution;
  const { database, documents } = services;
  const { siteId, connectionId, id: runId } = run;
  const most = services.config.google.refreshObjects;
  await stage.clear();
  const hints = await takeHints(database, run, most);
  const counts = { users: 0, deletedUsers: 0, groups: 0, selectedGroups: 0, members: 0 };
  const count = (name: keyof WalkCounts, more: number) => {
    counts[name] += more;
    const { requests, retries, bytes, waitedMilliseconds } = client.usage();
    pulse.note({ ...counts, hints: hints.length, requests, retries, bytes, waitedMilliseconds });
  };
  const { selection } = connection.settings;
  await walkHinted(
    {
      ...{ client, stage, selection, mapping, documents, signal: pulse.signal, workspace: connection },
      ...{ database, siteId, connectionId, runId, most, count },
    },
    hints,
  );
}
