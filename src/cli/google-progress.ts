import { type Run, type RunProgress, runOutlook } from '../google/index.js';
import { count, type Output } from './output.js';

/** What a run does, on standard error. */
export interface Progress {
  show(run: Run, now: Date): void;
  /** Takes the line away that is written anew again and again. */
  end(): void;
}

const BAR_WIDTH = 24;

/** Where lines cannot be written anew there is one for each phase, and one now and then. */
const PLAIN_MILLISECONDS = 10_000;

const PHASES: Partial<Record<Run['state'], string>> = {
  queued: 'waiting for its turn',
  walking: 'reading',
  planning: 'planning',
  applying: 'applying',
};

export function createProgress({ error: write, redraws = false }: Output): Progress {
  let shown = '';
  let phase: string | undefined;
  let lastAt = 0;
  return {
    show(run, now) {
      const name = PHASES[run.state];
      if (name === undefined) return;
      const line = progressLine(run, now);
      if (redraws) {
        if (line !== shown) write(`\r\x1b[K${line}`);
      } else if (name !== phase || now.getTime() - lastAt >= PLAIN_MILLISECONDS) {
        write(`${line}\n`);
        lastAt = now.getTime();
      }
      shown = line;
      phase = name;
    },
    end() {
      if (redraws && shown !== '') write('\r\x1b[K');
    },
  };
}

/** `[#####-------------------] reading: 1200 users, 40 of 200 groups with 900 members; 90 requests; about 12 s left` */
export function progressLine(run: Run, now: Date): string {
  const { done, secondsLeft } = runOutlook(run, now);
  const filled = Math.round((done ?? 0) * BAR_WIDTH);
  const bar = done === undefined ? '' : `[${'#'.repeat(filled).padEnd(BAR_WIDTH, '-')}] `;
  const parts = [
    run.state === 'applying' ? appliedText(run.progress) : readText(run.progress),
    requestsText(run.progress),
    secondsLeft === undefined ? '' : `about ${durationText(secondsLeft)} left`,
  ].filter((part) => part !== '');
  return `${bar}${[PHASES[run.state] ?? run.state, parts.join('; ')].filter((part) => part !== '').join(': ')}`;
}

function readText({ users, groups, groupsRead, members }: RunProgress): string {
  const parts = [
    users === undefined ? '' : count(users, 'user'),
    groups === undefined ? '' : count(groups, 'group'),
    groupsRead === undefined ? '' : `${count(groupsRead, 'list')} with ${count(members ?? 0, 'member')}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function appliedText({ applied = 0, planned }: RunProgress): string {
  return planned === undefined ? '' : `${Math.min(applied, planned)} of ${count(planned, 'change')}`;
}

function requestsText({ requests, waitedMilliseconds = 0 }: RunProgress): string {
  if (requests === undefined || requests === 0) return '';
  const waited = waitedMilliseconds < 1000 ? '' : `, ${durationText(Math.round(waitedMilliseconds / 1000))} waited`;
  return `${count(requests, 'request')}${waited}`;
}

/** `42 s`, `3 min 5 s`, `2 h 10 min` */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
