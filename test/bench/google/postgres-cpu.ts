import { readdir, readFile } from 'node:fs/promises';
import { query } from '../bench-database.ts';

/** Clock ticks in a second, on every Linux of today. */
const TICKS = 100;

/** @returns seconds of CPU that PostgreSQL took so far, all its processes together; undefined where there is no /proc */
export async function postgresCpu(url: string): Promise<number | undefined> {
  const [row] = await query<{ pid: string }>(
    url,
    "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid",
  );
  const postmaster = Number(row?.pid);
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  let ticks = 0;
  for (const pid of pids) {
    // See proc_pid_stat(5); the name in brackets may hold anything.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (pid !== postmaster && Number(fields[1]) !== postmaster) continue;
    // utime, stime, and those of children that ended.
    ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  }
  return ticks === 0 ? undefined : ticks / TICKS;
}
