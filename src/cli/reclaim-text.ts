import type { Obstacle, ReclaimBatch, ReclaimItem, ReclaimOutcome } from '../licensing/index.js';
import { count, fields, table, time } from './output.js';
import { fromNow } from './parse-duration.js';

/** A batch in words. @param left unused seats that did not go into it */
export function batchText(batch: ReclaimBatch, left = 0): string {
  const { id, name, application, days, state, hash, createdAt, expiresAt, decidedAt, items } = batch;
  const reclaimable = items.filter((item) => item.reclaimable);
  const others = items.filter((item) => !item.reclaimable);
  const parts = [
    fields({
      Batch: id,
      Name: name,
      Application: application,
      Unused: count(days, 'day'),
      State: state === 'open' ? 'open: nothing is changed yet' : state,
      Made: createdAt,
      ...(decidedAt === null ? { Expires: `${time(expiresAt)} (${fromNow(expiresAt)})` } : { Decided: decidedAt }),
      Hash: hash,
    }),
    table(
      [
        'USER',
        'ROLE',
        'LICENCE',
        'LAST USED',
        'HELD SINCE',
        'WOULD BE REMOVED',
        ...(decidedAt === null ? [] : ['OUTCOME']),
      ],
      reclaimable.map((item) => [...seat(item), removals(item), ...(decidedAt === null ? [] : [item.outcome])]),
      'No seat can be taken back.',
    ),
  ];
  if (others.length > 0) {
    parts.push(
      `${count(others.length, 'seat')} cannot be taken back here`,
      table(
        ['USER', 'ROLE', 'LICENCE', 'LAST USED', 'HELD SINCE', 'WHY NOT'],
        others.map((item) => [...seat(item), item.obstacles.map(obstacleText).join('; ') || 'nothing gives it']),
        '',
      ),
    );
  }
  if (left > 0)
    parts.push(
      `${count(left, 'more unused seat')} did not fit in (RECLAIM_BATCH_PEOPLE): make another batch after this.`,
    );
  if (state === 'open') parts.push(`To apply it: rollcall application reclaim apply ${id} --hash ${hash}`);
  return parts.join('\n\n');
}

const LEFT_OUT: Readonly<Record<Exclude<ReclaimOutcome, 'reclaimed'>, string>> = {
  'active-since': 'became active since',
  changed: 'not what was reviewed any more',
  'seat-gone': 'has no seat any more',
  'not-reclaimable': 'could not be taken back',
};

/** What became of a batch when it was applied, and who was left out. */
export function appliedText({ application, items, reclaimed }: ReclaimBatch): string {
  const rows = items.flatMap(({ userName, outcome }) =>
    outcome === null || outcome === 'reclaimed' ? [] : [[userName, LEFT_OUT[outcome]]],
  );
  const done = `Took back ${count(reclaimed, 'seat')} of ${application}.`;
  return rows.length === 0 ? done : `${done}\n\n${table(['LEFT OUT', 'WHY'], rows, '')}`;
}

function seat({ userName, role, licence, lastActiveAt, since }: ReclaimItem): unknown[] {
  return [userName, role, licence, lastActiveAt === null ? 'never reported' : new Date(lastActiveAt), new Date(since)];
}

function removals({ grants, groups }: ReclaimItem): string {
  return [...grants.map(({ role }) => `grant of ${role}`), ...groups.map(({ name }) => `member of ${name}`)].join('; ');
}

function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.code) {
    case 'group-of-connection':
      return `comes from the group ${obstacle.group} of ${obstacle.connection}: remove it there`;
    case 'member-of-connection':
      return `${obstacle.connection} put them into ${obstacle.group}: remove it there`;
    case 'grant-of-connection':
      return `${obstacle.connection} granted ${obstacle.role}: remove it there`;
    case 'no-default-group':
      return `comes from the group ${obstacle.group}, which is no default group of the application`;
    case 'gives-other-applications':
      return `the group ${obstacle.group} gives ${obstacle.applications.join(', ')} too`;
  }
}
