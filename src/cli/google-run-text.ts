import type { Run, RunItem } from '../google/index.js';
import { durationText } from './google-progress.js';
import { count, fields, table, time } from './output.js';

const MILLISECONDS = 1000;

export function runTable(runs: readonly Run[]): string {
  const rows = runs.map((run) => [
    time(run.requestedAt),
    kindText(run),
    run.startedBy,
    run.state,
    tookText(run),
    changesText(run),
    run.warnings,
    run.error?.code ?? '-',
    run.id,
  ]);
  const headings = ['ASKED FOR', 'KIND', 'BY', 'STATE', 'TOOK', 'CHANGES', 'WARNINGS', 'ERROR', 'ID'];
  return table(headings, rows, 'There was no run yet.');
}

/** Everything about a run but for its single changes. */
export function runFields(run: Run): string {
  const { id, state, startedBy, requestedAt, startedAt, finishedAt, progress, summary, warnings, error } = run;
  const { users, groups, members, requests, retries, waitedMilliseconds = 0 } = progress;
  const facts = fields({
    Run: id,
    Kind: kindText(run),
    State: state,
    ...(error === null ? {} : { Error: `${error.code}: ${error.text}` }),
    'Asked for': `${time(requestedAt)}, by ${startedBy}`,
    ...(startedAt === null ? {} : { Started: time(startedAt) }),
    ...(finishedAt === null ? {} : { Ended: `${time(finishedAt)}, after ${tookText(run)}` }),
    ...(users === undefined
      ? {}
      : { Found: `${count(users, 'user')}, ${count(groups ?? 0, 'group')}, ${count(members ?? 0, 'member')}` }),
    ...(requests === undefined
      ? {}
      : {
          Requests: `${requests}, ${retries ?? 0} of them again, ${durationText(Math.round(waitedMilliseconds / MILLISECONDS))} waited`,
        }),
    Warnings: warnings,
    Conflicts: summary.conflicts ?? 0,
    ...outcomeFields(run),
    ...approvalFields(run),
  });
  return [facts, countTable(run), licenceTable(run), limitTable(run)].filter((part) => part !== '').join('\n\n');
}

/** @param over whether what became of the changes is certain */
export function itemTable(items: readonly RunItem[], over: boolean): string {
  const rows = items.map((item) => [
    item.kind,
    item.action,
    item.objectName ?? item.googleId,
    item.members ?? '-',
    item.state,
    [item.reason, item.error?.text].filter((part) => part !== undefined).join(': '),
    item.objectId,
  ]);
  const nothing = over ? 'There is no such change.' : 'There is no such change yet.';
  return table(['KIND', 'ACTION', 'NAME', 'MEMBERS', 'STATE', 'REASON', 'OBJECT'], rows, nothing);
}

function kindText({ kind }: Run): string {
  return kind === 'plan' ? 'dry run' : kind;
}

function tookText({ startedAt, finishedAt }: Run): string {
  if (startedAt === null || finishedAt === null) return '-';
  return durationText(Math.round((finishedAt.getTime() - startedAt.getTime()) / MILLISECONDS));
}

function changesText({ summary }: Run): string {
  const planned = (summary.counts ?? []).filter(({ action }) => action !== 'skip');
  return summary.counts === undefined ? '-' : String(planned.reduce((sum, each) => sum + each.count, 0));
}

function outcomeFields({ summary }: Run): Record<string, string> {
  const outcome = Object.entries(summary.outcome ?? {});
  return outcome.length === 0 ? {} : { Outcome: outcome.map(([state, number]) => `${number} ${state}`).join(', ') };
}

function approvalFields({ id, state, planHash, approvalExpiresAt, decidedAt, decidedBy, summary }: Run) {
  const hash = planHash === null ? {} : { 'Plan hash': planHash };
  if (state === 'awaiting-approval') {
    const until = approvalExpiresAt === null ? '' : ` until ${time(approvalExpiresAt)}`;
    return { ...hash, Waits: `for an approval${until}: rollcall google approve ${id} --hash ${planHash}` };
  }
  if (summary.waitsIn !== undefined) return { ...hash, Waits: `the same removals, in the run ${summary.waitsIn}` };
  return decidedAt === null ? hash : { ...hash, Decided: `${time(decidedAt)}, by ${decidedBy}` };
}

function countTable({ summary: { counts = [] } }: Run): string {
  if (counts.length === 0) return '';
  const rows = counts.map(({ kind, action, count: number, members }) => [kind, action, number, members || '-']);
  return table(['KIND', 'ACTION', 'OBJECTS', 'MEMBERS'], rows, '');
}

function licenceTable({ summary: { licences = [] } }: Run): string {
  if (licences.length === 0) return '';
  const rows = licences.map(({ application, licence, seats, used, asked, freed, short }) => [
    ...[application, licence, seats ?? 'unlimited', used, asked, freed, short],
  ]);
  return table(['APPLICATION', 'LICENCE', 'SEATS', 'USED', 'ASKED FOR', 'FREED', 'SHORT'], rows, '');
}

function limitTable({ summary: { removals = [] } }: Run): string {
  const some = removals.filter(({ removed }) => removed > 0);
  if (some.length === 0) return '';
  const rows = some.map(({ kind, removed, base, exceeds }) => [kind, removed, base, exceeds ? 'exceeded' : 'kept']);
  return table(['TAKES AWAY', 'NUMBER', 'OF', 'LIMIT'], rows, '');
}
