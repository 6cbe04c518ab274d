import fc from 'fast-check';

// Operations are generated as what they mean; the text of their path follows from that, so that the model of the test
// needs no parser.

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A term of a value path. `text` stands in the filter, `value` is what it means. */
export interface Term {
  readonly part: 'type' | 'value' | 'primary' | 'display';
  readonly value: string | boolean;
  /** Whether a boolean is written as a string. */
  readonly quoted: boolean;
}

export type Target =
  | { readonly kind: 'single'; readonly name: string; readonly extended: boolean }
  /** Of a single complex attribute. */
  | { readonly kind: 'part'; readonly name: string; readonly part: string; readonly extended: boolean }
  | { readonly kind: 'complex'; readonly name: string; readonly extended: boolean }
  | { readonly kind: 'list'; readonly name: string }
  /** Elements of a list: all of them without terms. */
  | {
      readonly kind: 'chosen';
      readonly name: string;
      readonly terms: readonly Term[];
      readonly part: string | undefined;
    }
  | { readonly kind: 'extension' }
  | { readonly kind: 'externalId' }
  | { readonly kind: 'members' }
  | { readonly kind: 'member'; readonly id: string }
  /** All members that are users, or groups; `ids` are those of this kind that there are at all. */
  | { readonly kind: 'membersOfType'; readonly ids: readonly string[] }
  | { readonly kind: 'readOnly'; readonly name: string }
  | { readonly kind: 'unknown'; readonly name: string };

/** How a target is named: the model needs to know where a profile takes a name or does not. */
export interface Spelling {
  readonly text: string;
  /** An attribute of the extension without its URN. */
  readonly isBare: boolean;
  /** More than the name of a core attribute or the URN of the extension: no key unless keys are paths. */
  readonly isPath: boolean;
}

export interface Named {
  readonly target: Target;
  readonly spelling: Spelling;
}

export interface Step {
  readonly op: 'add' | 'replace' | 'remove';
  readonly sentOp: string;
  /** Undefined without a path. */
  readonly named: Named | undefined;
  /** Of a value without a path, or of an extension's. */
  readonly keys: readonly (Named & { readonly value: Json })[] | undefined;
  /** Undefined when there is none. */
  readonly value: Json | undefined;
}

/** The operation as it is sent. */
export function sentOperation({ sentOp, named, keys, value }: Step): Json {
  const sent = keys === undefined ? value : Object.fromEntries(keys.map((key) => [key.spelling.text, key.value]));
  return {
    op: sentOp,
    ...(named === undefined ? {} : { path: named.spelling.text }),
    ...(sent === undefined ? {} : { value: sent }),
  };
}

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'A', 'b', 'ü', 'U\u0308', 'x@y', 'X@Y', '\u{1f600}') },
  fc.stringMatching(/^[a-c]{1,2}$/),
);
const empty = fc.constantFrom<Json[]>(null, '', [], [null], ['']);
const wrong = fc.constantFrom<Json[]>(7, true, {}, { a: 'b' }, ['a', 'b'], [['a']]);

/** A value of a kind: mostly good, sometimes in a list, empty, or of another kind. */
function odd(good: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 40, arbitrary: good },
    { weight: 5, arbitrary: empty },
    { weight: 1, arbitrary: good.map((value) => [value]) },
    { weight: 1, arbitrary: wrong },
  );
}

const rarely = fc.constantFrom(...Array<boolean>(9).fill(false), true);
const flag = fc.oneof({ weight: 20, arbitrary: fc.boolean() }, fc.constantFrom<Json[]>('True', 'false', 'yes'));
const type = fc.constantFrom('work', 'Work', 'home', 'HOME', 'other', 'büro', 'BÜRO');

const element: fc.Arbitrary<Json> = fc.record(
  { value: text, type, display: text, primary: flag },
  { requiredKeys: [] },
) as fc.Arbitrary<Json>;
const elementOrOdd = fc.oneof(
  { weight: 30, arbitrary: element },
  fc.constantFrom<Json[]>(null, '', 'a', {}, { value: 'a', nothing: 1 }, { value: null, type: 'work' }, 5),
);
const elements = fc.oneof(
  { weight: 20, arbitrary: fc.array(elementOrOdd, { maxLength: 3 }) as fc.Arbitrary<Json> },
  elementOrOdd,
);

const NAME_PARTS = ['givenName', 'familyName', 'formatted'];
const nameValue = odd(
  fc.record(
    Object.fromEntries(
      NAME_PARTS.map((part) => [part, fc.oneof({ weight: 5, arbitrary: text }, fc.constantFrom<Json[]>(null, ''))]),
    ),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Json>,
);
const managerValue = odd(
  fc.oneof(
    text,
    fc.record({ value: fc.oneof(text, fc.constant(null)), displayName: text }, { requiredKeys: [] }),
  ) as fc.Arbitrary<Json>,
);

const term: fc.Arbitrary<Term> = fc.oneof(
  { weight: 4, arbitrary: type.map((value): Term => ({ part: 'type', value, quoted: true })) },
  text.map((value): Term => ({ part: 'value', value, quoted: true })),
  fc.tuple(fc.boolean(), rarely).map(([value, quoted]): Term => ({ part: 'primary', value, quoted })),
  text.map((value): Term => ({ part: 'display', value, quoted: true })),
);
const terms = fc.uniqueArray(term, { minLength: 1, maxLength: 2, selector: ({ part }) => part });

/** A target, a name for it, and a value to write there. */
interface Writing {
  readonly named: Named;
  readonly value: Json;
}

function spelled(name: string, flips: boolean): string {
  return flips ? name.toUpperCase() : name;
}

const caseFlip = fc.constantFrom(false, false, false, true);

function coreSpelling(name: string, flips: boolean, withUrn: boolean): Spelling {
  const plain = spelled(name, flips);
  return { text: withUrn ? `${USER}:${plain}` : plain, isBare: false, isPath: withUrn || /[.[]/.test(name) };
}

function writing(target: Target, name: string, values: fc.Arbitrary<Json>): fc.Arbitrary<Writing> {
  return fc
    .tuple(values, caseFlip, fc.constantFrom(false, false, false, true))
    .map(([value, flips, withUrn]) => ({ named: { target, spelling: coreSpelling(name, flips, withUrn) }, value }));
}

function extendedWriting(target: Target, name: string, values: fc.Arbitrary<Json>): fc.Arbitrary<Writing> {
  return fc.tuple(values, caseFlip, rarely).map(([value, flips, isBare]) => {
    const plain = spelled(name, flips);
    const spelling = { text: isBare ? plain : `${ENTERPRISE}:${plain}`, isBare, isPath: !isBare || name.includes('.') };
    return { named: { target, spelling }, value };
  });
}

function chosenWriting(name: string): fc.Arbitrary<Writing> {
  return fc
    .tuple(terms, fc.constantFrom(undefined, 'value', 'type', 'display', 'primary'), caseFlip)
    .chain(([all, part, flips]) => {
      const filter = all.map(
        (each) => `${each.part} eq ${each.quoted ? JSON.stringify(String(each.value)) : each.value}`,
      );
      const path = `${spelled(name, flips)}[${filter.join(' and ')}]${part === undefined ? '' : `.${part}`}`;
      const values = part === undefined ? elementOrOdd : odd(part === 'primary' ? flag : part === 'type' ? type : text);
      const target: Target = { kind: 'chosen', name, terms: all, part };
      return values.map((value) => ({
        named: { target, spelling: { text: path, isBare: false, isPath: true } },
        value,
      }));
    });
}

const single = (name: string, extended = false): Target => ({ kind: 'single', name, extended });

const extendedWritings: fc.Arbitrary<Writing>[] = [
  ...['department', 'employeeNumber'].map((name) => extendedWriting(single(name, true), name, odd(text))),
  extendedWriting({ kind: 'complex', name: 'manager', extended: true }, 'manager', managerValue),
  extendedWriting({ kind: 'part', name: 'manager', part: 'value', extended: true }, 'manager.value', odd(text)),
];

const userWriting: fc.Arbitrary<Writing> = fc.oneof(
  ...['displayName', 'nickName', 'userName'].map((name) => writing(single(name), name, odd(text))),
  writing(single('active'), 'active', odd(flag)),
  writing({ kind: 'externalId' }, 'externalId', odd(text)),
  writing({ kind: 'complex', name: 'name', extended: false }, 'name', nameValue),
  ...NAME_PARTS.map((part) =>
    writing({ kind: 'part', name: 'name', part, extended: false }, `name.${part}`, odd(text)),
  ),
  ...['emails', 'emails', 'phoneNumbers'].map((name) => writing({ kind: 'list', name }, name, elements)),
  ...['emails', 'emails', 'phoneNumbers'].map(chosenWriting),
  writing({ kind: 'chosen', name: 'emails', terms: [], part: 'display' }, 'emails.display', odd(text)),
  ...extendedWritings,
  fc.oneof(
    writing({ kind: 'readOnly', name: 'id' }, 'id', text),
    writing({ kind: 'readOnly', name: 'meta' }, 'meta', fc.constant({ version: 'x' })),
    writing({ kind: 'unknown', name: 'nothing' }, 'nothing', text),
  ),
);

const extensionKeys = fc.uniqueArray(
  fc.oneof(...extendedWritings).map(({ named, value }): Named & { value: Json } => {
    const name = named.spelling.text.split(':').at(-1) ?? '';
    return { target: named.target, spelling: { text: name, isBare: false, isPath: name.includes('.') }, value };
  }),
  { maxLength: 3, selector: ({ target }) => JSON.stringify(target) },
);

const extensionNamed: Named = {
  target: { kind: 'extension' },
  spelling: { text: ENTERPRISE, isBare: false, isPath: false },
};

const extensionStep = (op: Step['op'], sentOp: string): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: extensionKeys.map((keys): Step => ({ op, sentOp, named: extensionNamed, keys, value: {} })),
    },
    fc
      .constantFrom<(Json | undefined)[]>(null, '', 'a', [], undefined)
      .map((value): Step => ({ op, sentOp, named: extensionNamed, keys: undefined, value })),
  );

function pathless(of: fc.Arbitrary<Writing>): (op: Step['op'], sentOp: string) => fc.Arbitrary<Step> {
  const key = of.map(({ named, value }): Named & { value: Json } => ({ ...named, value }));
  const keys = fc.uniqueArray(key, { maxLength: 4, selector: ({ spelling }) => spelling.text.toLowerCase() });
  return (op, sentOp) =>
    fc.oneof(
      { weight: 9, arbitrary: keys.map((all): Step => ({ op, sentOp, named: undefined, keys: all, value: {} })) },
      fc
        .constantFrom<(Json | undefined)[]>(null, 'a', [], undefined)
        .map((value): Step => ({ op, sentOp, named: undefined, keys: undefined, value })),
    );
}

const sentOps = fc
  .tuple(fc.constantFrom('add' as const, 'replace' as const, 'remove' as const), rarely, rarely)
  .map(([op, one, other]) => ({ op, sentOp: one && other ? op.charAt(0).toUpperCase() + op.slice(1) : op }));

function withPath(of: fc.Arbitrary<Writing>): (op: Step['op'], sentOp: string) => fc.Arbitrary<Step> {
  return (op, sentOp) =>
    fc.tuple(of, fc.boolean(), rarely, rarely).map(([{ named, value }, often, one, other]): Step => {
      const hasValue = op === 'remove' ? often : !(one && other);
      return { op, sentOp, named, keys: undefined, value: hasValue ? value : undefined };
    });
}

export const userStep: fc.Arbitrary<Step> = sentOps.chain(({ op, sentOp }) =>
  fc.oneof(
    { weight: 7, arbitrary: withPath(userWriting)(op, sentOp) },
    { weight: 2, arbitrary: pathless(userWriting)(op, sentOp) },
    { weight: 1, arbitrary: extensionStep(op, sentOp) },
  ),
);

/** Those that may be members, by id. */
export interface Candidates {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

export function groupStep({ users, groups }: Candidates): fc.Arbitrary<Step> {
  const known = fc.constantFrom(...users, ...groups);
  const unknown = fc.constantFrom('nobody', '00000000-0000-4000-8000-000000000000');
  const id = fc.oneof({ weight: 40, arbitrary: known }, unknown);
  const member = fc.oneof(
    { weight: 9, arbitrary: id.map((value): Json => ({ value, $ref: null, type: 'User', display: 'x' })) },
    { weight: 1, arbitrary: fc.oneof(id, fc.constantFrom<Json[]>({}, { value: '' }, 5)) },
  );
  const members = fc.oneof(
    { weight: 9, arbitrary: fc.array(member, { maxLength: 4 }) as fc.Arbitrary<Json> },
    fc.oneof(member, fc.constantFrom<Json[]>(null, '', [])),
  );
  const one = id.map((value): Writing => {
    const spelling = { text: `members[value eq "${value}"]`, isBare: false, isPath: true };
    return { named: { target: { kind: 'member', id: value }, spelling }, value: [{ value }] };
  });
  const ofType = fc
    .tuple(
      fc.constantFrom(['User', users] as const, ['group', groups] as const),
      fc.constantFrom<Json[]>(null, [], 'x'),
    )
    .map(([[type, ids], value]): Writing => {
      const spelling = { text: `members[type eq "${type}"]`, isBare: false, isPath: true };
      return { named: { target: { kind: 'membersOfType', ids }, spelling }, value };
    });
  const plain = (target: Target, name: string, values: fc.Arbitrary<Json>) =>
    fc
      .tuple(values, caseFlip)
      .map(([value, flips]): Writing => ({ named: { target, spelling: coreSpelling(name, flips, false) }, value }));
  const group = fc.oneof(
    { weight: 6, arbitrary: plain({ kind: 'members' }, 'members', members) },
    { weight: 3, arbitrary: one },
    ofType,
    { weight: 2, arbitrary: plain(single('displayName'), 'displayName', odd(text)) },
    plain({ kind: 'externalId' }, 'externalId', odd(text)),
    plain({ kind: 'readOnly', name: 'id' }, 'id', text),
    plain({ kind: 'unknown', name: 'nothing' }, 'nothing', text),
  );
  return sentOps.chain(({ op, sentOp }) =>
    fc.oneof({ weight: 5, arbitrary: withPath(group)(op, sentOp) }, pathless(group)(op, sentOp)),
  );
}

/** A user or group before the operations, as it is stored. */
export const startingUser: fc.Arbitrary<{ [name: string]: Json }> = fc
  .record(
    {
      displayName: text,
      nickName: text,
      name: fc.record({ givenName: text, familyName: text }),
      emails: fc.uniqueArray(
        fc.record(
          { value: text, type: fc.constantFrom('work', 'home', 'büro'), display: text },
          { requiredKeys: ['value'] },
        ),
        { minLength: 1, maxLength: 3, selector: ({ value }) => value.toLowerCase().normalize('NFC') },
      ),
      [ENTERPRISE]: fc.record(
        { department: text, manager: fc.record({ value: text }) },
        { requiredKeys: ['department'] },
      ),
      primary: fc.constant(true),
    },
    { requiredKeys: [] },
  )
  .map(({ primary, ...rest }) => {
    const user: { [name: string]: Json } = { userName: 'start', active: true, ...JSON.parse(JSON.stringify(rest)) };
    const [first] = Array.isArray(user.emails) ? user.emails : [];
    if (primary === true && typeof first === 'object' && first !== null) Object.assign(first, { primary: true });
    return user;
  });
