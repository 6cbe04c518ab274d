import type { Actor, Described, ObjectEffects, Subject } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { AccessChange, LicenceWarning } from '../licensing/index.js';
import type { NewLogEntry, Step } from '../log/index.js';

/** The log entry of a command that came through, or of one of the objects that it was about. */
export function successEntry(
  actor: Actor,
  command: Described,
  effects: ObjectEffects,
  access: readonly AccessChange[],
  started: bigint,
): NewLogEntry {
  const unchanged = effects.unchanged === true;
  const waiting = access.some((change) => change.waiting);
  return {
    actor,
    action: command.action,
    objectType: command.objectType,
    objectId: effects.objectId,
    objectName: effects.objectName,
    outcome: unchanged ? 'skipped' : waiting ? 'waiting' : 'success',
    steps: steps(command, effects, access),
    changed: effects.changed,
    subjects: [...effects.subjects, ...access.map(accessSubject)],
    error: undefined,
    ...passedOver(effects),
    durationMicroseconds: microsecondsSince(started),
  };
}

/** The log entry of a command that failed, or of a request that no command could be made of. */
export function failureEntry(
  actor: Actor,
  what: { action: string; objectType: NewLogEntry['objectType']; objectId: string | undefined },
  error: unknown,
  started: bigint,
): NewLogEntry {
  return {
    ...what,
    actor,
    objectName: undefined,
    outcome: 'failure',
    steps: [{ step: 'decide', result: error instanceof RollcallError ? error.kind : 'refused' }],
    changed: [],
    subjects: [],
    error: describe(error),
    durationMicroseconds: microsecondsSince(started),
  };
}

/** The entry beside that of a command, for a licence that is nearly or wholly used up since. */
export function warningEntry(
  actor: Actor,
  { licenceId, name, percent, used, seats }: LicenceWarning,
  started: bigint,
): NewLogEntry {
  return {
    actor,
    action: 'licence.warning',
    objectType: 'Licence',
    objectId: licenceId,
    objectName: name,
    outcome: 'success',
    steps: [{ step: 'licence', result: `${percent} % reached: ${used} of ${seats} seats are taken` }],
    changed: [],
    subjects: [],
    error: undefined,
    details: { percent, used, seats },
    durationMicroseconds: microsecondsSince(started),
  };
}

/** An entry shows this many of the ids that were passed over. */
const PASSED_OVER_SHOWN = 10;

function passedOver({ passedOver = [] }: ObjectEffects): Pick<NewLogEntry, 'details'> {
  if (passedOver.length === 0) return {};
  const unknownMembers = passedOver.slice(0, PASSED_OVER_SHOWN).map((id) => id.slice(0, 64));
  return { details: { unknownMembers, unknownMemberCount: passedOver.length } };
}

function steps(command: Described, effects: ObjectEffects, access: readonly AccessChange[]): Step[] {
  const unknown = effects.passedOver?.length ?? 0;
  const found = command.action.endsWith('.create') ? 'new' : 'found by id';
  const taken: Step[] = [
    { step: 'match', result: unknown === 0 ? found : `${found}, ${unknown} unknown members passed over` },
    { step: 'decide', result: effects.decision ?? (effects.unchanged === true ? 'nothing differs' : command.action) },
  ];
  if (effects.unchanged !== true) {
    taken.push({ step: 'apply', result: `${effects.changed.length} attributes, ${effects.subjects.length} subjects` });
  }
  if (access.length > 0) {
    const count = (effect: string) => access.filter((change) => accessEffect(change) === effect).length;
    const effects = ['access-granted', 'access-changed', 'access-removed', 'access-waiting'];
    const result = effects.map((effect) => `${count(effect)} ${effect.replace('access-', '')}`).join(', ');
    taken.push({ step: 'licence', result });
  }
  return taken;
}

function accessSubject(change: AccessChange): Subject {
  return { kind: 'User', id: change.userId, effect: `${accessEffect(change)}:${change.applicationId}` };
}

function accessEffect(change: AccessChange): string {
  if (change.before === change.after) return 'access-waiting';
  if (change.before === undefined) return 'access-granted';
  return change.after === undefined ? 'access-removed' : 'access-changed';
}

function describe(error: unknown): NewLogEntry['error'] {
  if (error instanceof RollcallError) return { code: error.code, advice: error.message, details: error.details };
  if (error instanceof Error && 'detail' in error && typeof error.detail === 'string') {
    // A refusal of the transport's own, such as a SCIM error: its detail is made to be shown.
    const code = 'scimType' in error && typeof error.scimType === 'string' ? error.scimType : 'refused';
    return { code: `scim.${code}`, advice: error.detail, details: {} };
  }
  return {
    code: 'internal',
    advice: 'An unexpected error; the server log has it under the same correlation id.',
    details: {},
  };
}

function microsecondsSince(started: bigint): number {
  return Math.min(Number((process.hrtime.bigint() - started) / 1000n), 2_147_483_647);
}
