import type { Sql, Transaction } from '../database/index.js';
import type { AttributeChange } from './attribute-changes.js';
import type { RemovalKind } from './removals/removal-limit.js';

export type ObjectType =
  | 'User'
  | 'Group'
  | 'Resource'
  | 'Site'
  | 'Domain'
  | 'Connection'
  | 'ApiToken'
  | 'Application'
  | 'Grant'
  | 'Licence'
  | 'Webhook';

/**
 * How a command holds the structure of its site (design section 4): `exclusive` for nesting edges, grants, roles,
 * licences and the deletion of groups; `shared` for every other write that may touch somebody's access; `none` for
 * writes that cannot.
 */
export type StructureLock = 'exclusive' | 'shared' | 'none';

/** A user or group that an entry of the log is about, besides the object itself. */
export interface Subject {
  readonly kind: ObjectType;
  readonly id: string;
  /** What happened to it: `member-added`, `member-removed`, `access-granted` … */
  readonly effect: string;
}

/** What happened to one object: what its entry in the log tells. */
export interface ObjectEffects {
  /** The object of the log entry; undefined where there are many, who are its subjects. */
  readonly objectId: string | undefined;
  readonly objectName: string | undefined;
  readonly changed: readonly AttributeChange[];
  readonly subjects: readonly Subject[];
  /** Ids of the request that named nothing and were passed over, for the log to tell. */
  readonly passedOver?: readonly string[];
  /** Takes something away that counts towards a connection's limit: see requireRemovable. */
  readonly removal?: RemovalKind;
  /** What was decided, where that is not plain from the action. */
  readonly decision?: string;
  /** Nothing differs from before: nothing is written but a log entry that says so. */
  readonly unchanged?: boolean;
}

/** What a command over many objects did to one of them. */
export interface NamedEffects extends ObjectEffects, Described {
  readonly objectId: string;
}

/** Users who came into a group or left it. */
export interface MovedMembers {
  readonly groupId: string;
  readonly userIds: readonly string[];
}

/** What a command did, for those who come after it in the same transaction. */
export interface Effects<Result> extends ObjectEffects {
  readonly result: Result;
  /**
   * Those of many objects that differ: an entry in the log each, with the access of its own users, in place of one of
   * the command. None: no entry at all.
   */
  readonly objects?: readonly NamedEffects[];
  /**
   * Of some users whose access differs, the object that is the reason, for those who are neither an object of the
   * command nor a subject of one.
   */
  readonly causes?: (transaction: Transaction, userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Users whose access may differ now: licensing settles exactly these. */
  readonly affectedUserIds: readonly string[];
  /** The same for those whose groups alone differ: settled where the group, or one above it, gives anything. */
  readonly movedMembers?: readonly MovedMembers[];
  /** Seats go to those users in their order; otherwise in the order of their ids. */
  readonly seatsInOrder?: boolean;
  /** Those users took no seats and take them from now on: they get them like anybody who is new, or wait. */
  readonly asksForSeat?: boolean;
  /** Applications whose licences changed, so that their queues may move. */
  readonly affectedApplicationIds?: readonly string[];
  /**
   * The application to which alone the users' access may differ, where the change is about one: what 100,000 people
   * have in others is not read then.
   */
  readonly withinApplicationId?: string;
  /**
   * Data-modifying statements that do not depend on each other. They become one statement with the log entry
   * (measured: 0.55 of a plain insert, against 0.2-0.5 in five round trips).
   */
  readonly writes: readonly Sql[];
  /** Statements for after seats are settled: they take away what the settlement still has to name. */
  readonly afterSettlement?: readonly Sql[];
  /**
   * Finds the `id` of the object that has the name which this command claims, should a unique index refuse it; and as
   * `wantedBy` which of several objects claims it.
   */
  readonly inTheWay?: Sql;
}

/** What a command finds when it holds its locks. */
export interface Held {
  /** The rows of the command's `read`. */
  readonly rows: readonly unknown[];
  /** Those of the asked-for groups and users that are visible. */
  readonly groupIds: ReadonlySet<string>;
  readonly userIds: ReadonlySet<string>;
}

/** The action of the log, and the kind of object that it is about. */
export interface Described {
  readonly action: string;
  readonly objectType: ObjectType;
  readonly objectId?: string;
}

/** A change that reads and locks rows before it decides. */
export interface LockingCommand<Result> extends Described {
  readonly structure: StructureLock;
  /** Rows to lock, in this order: groups, then users. A function is asked once what comes before is held. */
  readonly groupIds: readonly string[] | ((transaction: Transaction) => Promise<readonly string[]>);
  readonly userIds: readonly string[] | ((transaction: Transaction) => Promise<readonly string[]>);
  /**
   * A read that goes with the locks in one round trip. It is a statement of its own and so sees what was committed
   * while the locks were waited for.
   */
  readonly read?: Sql;
  /** Runs once everything is held: reads and, where later steps depend on them, writes. */
  run(transaction: Transaction, held: Held): Promise<Effects<Result>>;
}

/** A change that depends on nothing that is there: one statement, without locks, that commits by itself. */
export interface StandaloneCommand<Result> extends Described {
  standalone(): Effects<Result>;
}

/** Changes that depend on nothing and not on each other, in fewer statements together than one by one. */
export interface CommandBatch<Result> {
  readonly commands: readonly StandaloneCommand<Result>[];
  /** Writes what all commands do; `effects` are what each of them gave, in their order. */
  writesOf(effects: readonly Effects<Result>[]): readonly Sql[];
}

/** A change of the directory or of what stands on it, as `change` runs it. */
export type Command<Result> = LockingCommand<Result> | StandaloneCommand<Result>;

/** Thrown by a command that finds, once it holds its locks, that it needs others: `change` builds it again. */
export class LocksOutdated extends Error {
  override readonly name = 'LocksOutdated';
}
