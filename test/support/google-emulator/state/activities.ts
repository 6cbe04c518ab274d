import type { Directory } from './directory.ts';

/** A change as the Reports API shows it. */
export interface Activity {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** How much later than the others it shows, in milliseconds. */
  readonly delay: number;
  readonly uniqueQualifier: string;
  readonly application: 'admin' | 'groups_enterprise';
  readonly actor: string;
  readonly type: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const KEPT = 100_000;

export interface Activities {
  /** In the order in which they happened; the newest 100,000. */
  readonly all: readonly Activity[];
  clear(): void;
}

/** Writes down what happens in a directory; `delay` says how much later than usual an event shows. */
export function createActivities(directory: Directory, delay: () => number): Activities {
  let all: Activity[] = [];
  directory.observe(({ report }) => {
    if (report === undefined) return;
    const { type, name, parameters, application = 'admin' } = report;
    const owner = application === 'groups_enterprise' ? 'owner' : 'admin';
    all.push({
      time: directory.clock.now(),
      delay: delay(),
      uniqueQualifier: `-${directory.random.digits(18)}`,
      application,
      actor: `${owner}@${directory.primaryDomain}`,
      type: application === 'admin' ? type : 'moderator_action',
      name,
      parameters,
    });
    if (all.length > KEPT * 1.1) all = all.slice(-KEPT);
  });
  return {
    get all() {
      return all;
    },
    clear() {
      all = [];
    },
  };
}
