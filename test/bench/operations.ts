import { cursorOperations } from './cursor-operations.ts';
import type { Exchange } from './exchange.ts';
import { memberOperations } from './member-operations.ts';
import { readOperations } from './read-operations.ts';
import type { World } from './world.ts';
import { writeOperations } from './write-operations.ts';

export type Side = 'server' | 'ceiling';

export interface Turn {
  readonly client: number;
  /** Different for every visit of a run, whatever the operation. */
  readonly turn: number;
  /** Counts a time that is not one request's. */
  readonly note: (label: string, milliseconds: number) => void;
}

/** One or more requests that belong together; repeated until the time is over. */
export type Visit = (exchange: Exchange, world: World, turn: Turn) => Promise<void>;

export type Budget =
  | { readonly kind: 'ratio'; readonly least: number }
  | { readonly kind: 'p95'; readonly below: number };

/** What one label of an operation says, as a line of the report. */
export interface Line {
  readonly label: string;
  readonly title: string;
  readonly budget?: Budget;
}

export interface Operation {
  readonly name: string;
  readonly lines: readonly Line[];
  /** What has to be known before the first visit of the server; not measured. */
  readonly prepare?: (exchange: Exchange, world: World) => Promise<void>;
  readonly server: Visit;
  /** Absent where no bare statement does the same. */
  readonly ceiling?: Visit;
  /** How much of what the ceiling does once one request of the server does; once unless said otherwise. */
  readonly units?: number;
  /** Where the number of connections is part of what is measured. */
  readonly connections?: number;
}

/** In the order in which they run: what changes the directory comes last. */
export const operations: readonly Operation[] = [
  ...readOperations,
  ...cursorOperations,
  ...memberOperations,
  ...writeOperations,
];

export function operationNamed(name: string): Operation {
  const found = operations.find((operation) => operation.name === name);
  if (found === undefined)
    throw new Error(`There is no operation ${name}: ${operations.map((one) => one.name).join(', ')}`);
  return found;
}
