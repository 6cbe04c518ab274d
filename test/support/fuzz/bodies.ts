import fc from 'fast-check';
import { type Attribute, GROUP_SHAPE, type Shape, TEST_SHAPE, USER_SHAPE } from './shapes.ts';

// Bodies are JSON texts rather than values: no value has a key twice, a number beyond doubles, or half a character.

export type Json = fc.Arbitrary<string>;

const deep = (depth: number, open: string, close: string) => `${open.repeat(depth)}null${close.repeat(depth)}`;

/** What no client should send, and some does. */
export const junk: Json = fc.oneof(
  fc.constantFrom(
    ...['null', 'true', 'false', '0', '-0', '1e999', '-1e999', '1e-999', '12345678901234567890', '0.1e1', '1.5'],
    ...['""', '" "', '"x"', '"True"', '"\\u0000"', '"\\ud800"', '"\\udc00x"', '"\\ud83d\\ude00"', '"e\\u0301"'],
    ...['[]', '{}', '[[]]', '[{}]', '[null]', '[""]', '{"":""}', '{"value":{}}', '{"value":[]}', '[{"value":null}]'],
    ...['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'],
    ...['[{"__proto__":"x"}]', '{"toString":"x","valueOf":1}', '{"value":"a","VALUE":"b"}', '{"value":1,"value":"2"}'],
    ...['{"$ref":"x"}', '{"$ref":null}', '[{"primary":true,"value":"a"},{"primary":true,"value":"b"}]'],
    ...['"2026-01-01T00:00:00Z"', '"2026-99-01T00:00:00Z"', '"9999-12-31T24:00:00Z"', '"////"', '"AA=="', '"%zz"'],
    deep(20, '[', ']'),
    deep(200, '[', ']'),
    deep(20, '{"a":', '}'),
  ),
  fc.constantFrom(1300, 5000, 70_000).map((length) => JSON.stringify('x'.repeat(length))),
  fc.constantFrom(500, 1300).map((length) => JSON.stringify('İ'.repeat(length))),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text)),
  fc.json({ maxDepth: 3 }),
);

/** Texts that databases, indexes and encodings stumble over. */
const oddText: Json = fc.oneof(
  fc.constantFrom(
    ...[
      '"\\u0000"',
      '"a\\u0000b"',
      '"\\ud800"',
      '"x\\udc00"',
      '"\\ud83d\\ude00"',
      '"e\\u0301"',
      '"\\u0007"',
      '" "',
      '"\\n"',
    ],
    ...['"\\\\"', '"\\""', '"%_"', '"{\\"value\\":\\"\\u0000\\"}"', '"{\\"id\\":\\"\\ud800\\"}"'],
  ),
  fc.constantFrom(1201, 70_000).map((length) => JSON.stringify('x'.repeat(length))),
  fc.constantFrom(500, 700).map((length) => JSON.stringify('İ'.repeat(length))),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text)),
);

const word: Json = fc.constantFrom(
  '"work"',
  '"home"',
  '"Anna"',
  '"x@example.com"',
  '"ＡＢ"',
  '"a b"',
  '"{\\"value\\":1}"',
);

/** Members, some of which are there: `{user}` and `{group}` stand for ids that the test knows when it sends them. */
const members: Json = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('[{"value":"{user}"}]', '[{"value":"{user}"},{"value":"{group}"}]') },
  fc
    .array(fc.constantFrom('{user}', '{group}', 'nobody', ''), { maxLength: 3 })
    .map((values) => `[${values.map((value) => JSON.stringify({ value })).join(',')}]`),
);

/** A value that fits the attribute. */
function fitting({ name, kind, many, parts }: Attribute): Json {
  if (name === 'members') return members;
  const single = ((): Json => {
    switch (kind) {
      case 'boolean':
        return fc.constantFrom('true', 'false', '"False"');
      case 'number':
        return fc.integer({ min: -9, max: 999 }).map(String);
      case 'dateTime':
        return fc.constantFrom('"2026-01-01T00:00:00Z"', '"2026-01-01T00:00:00.5+02:00"');
      case 'binary':
        return fc.constantFrom('"AAAA"', '"AQ=="');
      case 'reference':
        return fc.constant('"https://example.com/x"');
      case 'complex':
        return someOf(parts, 1, 4).map(object);
      default:
        return fc.oneof({ weight: 12, arbitrary: word }, oddText);
    }
  })();
  return many ? fc.array(single, { maxLength: 3 }).map((list) => `[${list.join(',')}]`) : single;
}

type Member = readonly [name: string, value: string];

/** As sent, so that a name can stand there twice. */
function object(members: readonly Member[]): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

const strangeName = fc.constantFrom(
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', ' ', 'id', 'meta', 'schemas', 'nope'],
  ...['name.givenName', 'emails[type eq "work"].value', 'emails[', '$ref', '\u0000', '\ud800', 'groups', 'password'],
);

/** One member, mostly as it should be. @param oddity the larger, the fewer are odd */
function memberOf(attributes: readonly Attribute[], oddity = 20): fc.Arbitrary<Member> {
  const usual = fc
    .constantFrom(...attributes)
    .chain((attribute) =>
      fc.tuple(
        fc.constantFrom(...Array(9).fill(attribute.name), attribute.name.toUpperCase()),
        fc.oneof({ weight: oddity, arbitrary: fitting(attribute) }, { weight: 1, arbitrary: junk }),
      ),
    );
  return fc.oneof({ weight: oddity, arbitrary: usual }, fc.tuple(strangeName, junk));
}

/** Members of different names, and now and then one twice. */
function someOf(attributes: readonly Attribute[], minLength: number, maxLength: number): fc.Arbitrary<Member[]> {
  const different = fc.uniqueArray(memberOf(attributes), {
    minLength,
    maxLength,
    selector: ([name]) => name.toLowerCase(),
  });
  const twice = fc.array(memberOf(attributes), { minLength: 2, maxLength: Math.max(2, maxLength) });
  return fc.oneof({ weight: 12, arbitrary: different }, twice);
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** The body of a POST or PUT. */
export function resourceBody(shape: Shape, needed: fc.Arbitrary<Member[]>): Json {
  const { extension } = shape;
  const schemas = JSON.stringify(extension === undefined ? [shape.urn] : [shape.urn, extension.urn]);
  const extended =
    extension === undefined
      ? fc.constant<Member[]>([])
      : someOf(extension.attributes, 0, 3).map((members): Member[] => [[extension.urn, object(members)]]);
  return fc
    .tuple(needed, someOf(shape.attributes, 0, 6), fc.option(extended, { nil: [] }))
    .map(([base, members, more]) => object([['schemas', schemas], ...base, ...more, ...members]));
}

const path = fc.constantFrom(
  ...['userName', 'displayName', 'active', 'name', 'name.givenName', 'emails', 'emails.value', 'members', 'externalId'],
  ...[
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
    'EMAILS[primary eq true].Value',
    'id',
    'meta',
    'groups',
  ],
  ...['members[value eq "x"]', 'members[display co "a"]', 'members[type eq "User"]', 'members.value', 'password'],
  ...['emails[', 'emails[]', 'emails]', '', ' ', '.', ':', '[', 'emails[type eq].value', 'roles', 'schemas', 'tags'],
  ...['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'urn:x', 'manager', 'items[value eq "a"].type'],
  ...['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager', 'addresses[type eq "work"].locality'],
  ...['__proto__', 'constructor.prototype', 'name.__proto__', 'schemas eq "urn:x"', 'count', 'immutableText', 'detail'],
  ...['emails[value co "\\u0000"]', `${'x'.repeat(600)}`, `emails[${'('.repeat(40)}type pr${')'.repeat(40)}]`],
);

/** The body of a PATCH. */
export function patchBody(shape: Shape): Json {
  const value = fc.oneof(
    fc.constantFrom(...shape.attributes).chain(fitting),
    word,
    junk,
    members,
    someOf(shape.attributes, 0, 4).map(object),
  );
  const kind = fc.constantFrom('add', 'replace', 'remove', 'Replace', 'REMOVE', 'move', '');
  // Members most often, since most hangs on them.
  const often = shape.attributes.flatMap((each) => (each.name === 'members' ? Array<Attribute>(6).fill(each) : each));
  const usual = fc.constantFrom(...often).chain((attribute) =>
    fc.tuple(fc.constantFrom('add', 'replace', 'remove'), fitting(attribute)).map(([op, fit]) =>
      object([
        ['op', JSON.stringify(op)],
        ['path', JSON.stringify(attribute.name)],
        ['value', fit],
      ]),
    ),
  );
  const operation = fc
    .tuple(kind, fc.option(path, { nil: undefined, freq: 4 }), fc.option(value, { nil: undefined }))
    .map(([op, at, given]): string => {
      const all: Member[] = [['op', JSON.stringify(op)]];
      if (at !== undefined) all.push(['path', JSON.stringify(at)]);
      if (given !== undefined) all.push(['value', given]);
      return object(all);
    });
  const several = fc.array(fc.oneof({ weight: 20, arbitrary: usual }, { weight: 12, arbitrary: operation }, junk), {
    minLength: 1,
    maxLength: 3,
  });
  const alone = usual.map((operation) => [operation]);
  const operations = fc.oneof(several, alone);
  return operations.map((list) => `{"schemas":["${PATCH_OP}"],"Operations":[${list.join(',')}]}`);
}

/** The body of a search. */
export const searchBody: Json = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'filter',
        'sortBy',
        'sortOrder',
        'startIndex',
        'count',
        'attributes',
        'excludedAttributes',
        'cursor',
      ),
      fc.oneof(
        fc.constantFrom(
          '"userName pr"',
          '"displayName"',
          '"descending"',
          '1',
          '0',
          '-1',
          '1.5',
          '2147483648',
          '["id"]',
        ),
        junk,
      ),
    ),
    { maxLength: 4 },
  )
  .map((members) => object([['schemas', `["${SEARCH}"]`], ...members]));

/** The body of a bulk request around other bodies. */
export function bulkBody(data: Json, paths: readonly string[]): Json {
  const operation = fc
    .tuple(
      fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'post', 'GET', ''),
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...paths) },
        fc.constantFrom('', '/', '/Users/bulkId:a', '/Nothing', '/Bulk', '/Me'),
      ),
      fc.option(fc.constantFrom('a', 'b', 'c', ''), { nil: undefined }),
      fc.option(data, { nil: undefined }),
      fc.option(fc.constantFrom('W/"1"', '*', '1'), { nil: undefined, freq: 2 }),
    )
    .map(([method, at, bulkId, body, version]): string => {
      const members: Member[] = [
        ['method', JSON.stringify(method)],
        ['path', JSON.stringify(at)],
      ];
      if (bulkId !== undefined) members.push(['bulkId', JSON.stringify(bulkId)]);
      if (body !== undefined) members.push(['data', body]);
      if (version !== undefined) members.push(['version', JSON.stringify(version)]);
      return object(members);
    });
  const failOnErrors = fc.option(
    fc.oneof({ weight: 20, arbitrary: fc.constantFrom('1', '2', '9', '0', '-1', '1.5') }, junk),
    {
      nil: undefined,
      freq: 2,
    },
  );
  const operations = fc.array(fc.oneof({ weight: 15, arbitrary: operation }, junk), { maxLength: 5 });
  return fc
    .tuple(operations, failOnErrors)
    .map(([list, most]) =>
      object([
        ['schemas', `["${BULK}"]`],
        ...(most === undefined ? [] : [['failOnErrors', most] as const]),
        ['Operations', `[${list.join(',')}]`],
      ]),
    );
}

/** The bytes of the text, and now and then of something close to it. */
export function bytesOf(text: Json): fc.Arbitrary<Buffer> {
  const whole = text.map((characters) => Buffer.from(characters));
  const broken = fc.tuple(whole, fc.nat(), fc.nat({ max: 255 }), fc.nat({ max: 5 })).map(([bytes, at, byte, how]) => {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
    const others = [
      before,
      Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]),
      Buffer.concat([before, Buffer.from([byte]), after]),
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
      Buffer.from(bytes.toString(), 'utf16le'),
      Buffer.concat([bytes, after]),
    ];
    return others[how] ?? bytes;
  });
  return fc.oneof({ weight: 15, arbitrary: whole }, broken);
}

const name = fc.oneof(
  fc.nat({ max: 1_000_000 }).map((number) => JSON.stringify(`User ${number}@example.com`)),
  fc.constantFrom('"seed-0"', '"SEED-1"', '""', '" "', '"a\\nb"', '"Zoe\\u0308"'),
);
export const userBody = resourceBody(
  USER_SHAPE,
  name.map((value): Member[] => [['userName', value]]),
);
export const groupBody = resourceBody(
  GROUP_SHAPE,
  name.map((value): Member[] => [['displayName', value]]),
);
export const testBody = resourceBody(
  TEST_SHAPE,
  name.map((value): Member[] => [
    ['displayName', value],
    [TEST_SHAPE.extension?.urn ?? '', '{"extRequired":"yes"}'],
  ]),
);
