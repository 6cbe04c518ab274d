import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unique } from './support/client.ts';
import { expectFilterRefused, expectRefusal } from './support/refusal.ts';
import { type Stage, startStage } from './support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
  await stage.generic.user();
});
afterAll(() => stage.close());

it.each(['regex', 'is', '=', 'like', 'eqq'])('FLT-39: the operator %s is named', async (operator) => {
  await expectFilterRefused(stage.generic, '/Users', `userName ${operator} ".*"`, new RegExp(`operator ${operator}`));
});

it.each([
  'userName',
  'userName eq',
  'eq "a"',
  '(userName eq "a"',
  'userName eq "a")',
  'emails[type eq "work"',
  'emails type eq "work"]',
  'emails[]',
  '()',
  'not ()',
  'userName eq "a" "b"',
  'userName eq "a" userName eq "b"',
  'userName eq "a" and',
  'and userName eq "a"',
  'or',
  'not',
  'userName pr "a"',
  'userName pr true',
  'userName eq "a" and or title pr',
  'userName eq "a", title pr',
  'userName eq "a" xor title pr',
  '"userName" eq "a"',
  'userName eq"a"',
  'userName eq "a"and title pr',
  '.userName eq "a"',
  'userName. eq "a"',
  'name..givenName pr',
  'emails[type eq "work"]value eq "a"',
  'emails[type eq "work"].type.value eq "a"',
  '[type eq "work"]',
])('FLT-40: %s is no filter', async (filter) => {
  await expectFilterRefused(stage.generic, '/Users', filter, /Invalid filter|does not exist/);
});

it.each(['not title pr', 'not title eq "a"', 'title pr and not title pr'])(
  'FLT-22: %s: not needs parentheses',
  async (filter) => {
    await expectFilterRefused(stage.generic, '/Users', filter, /not/);
  },
);

it.each(['', ' ', '\t'])('FLT-41: the empty filter %j is refused', async (filter) => {
  await expectFilterRefused(stage.generic, '/Users', filter, /filter/i);
  await expectFilterRefused(stage.generic, '/Groups', filter, /filter/i);
});

describe('FLT-42: operands are JSON', () => {
  it('escapes in strings', async () => {
    const nickName = `${unique('nick')} "\\ é\n/`;
    const cast = await stage.generic.users({ one: { nickName } });
    expect(await cast.matching(`nickName eq ${JSON.stringify(nickName)}`)).toEqual(['one']);
    const escaped = nickName.replace('"', '\\"').replace('\\ ', '\\\\ ').replace('é', '\\u00e9').replace('\n', '\\n');
    expect(await cast.matching(`nickName eq "${escaped.replace('/', '\\/')}"`)).toEqual(['one']);
  });

  it.each([
    "'x'",
    'x',
    'True',
    'FALSE',
    'NULL',
    'None',
    '01',
    '+1',
    '.5',
    '1.',
    '"\\x41"',
    '"a\nb"',
    '"a',
    '`a`',
    '{}',
  ])('%j is refused in generic and in strict', async (operand) => {
    await expectFilterRefused(stage.generic, '/Users', `nickName eq ${operand}`);
    await expectFilterRefused(stage.strict, '/Users', `nickName eq ${operand}`);
  });
});

describe('FLT-53: limits', () => {
  it.each([
    ['length', () => `nickName eq "${'a'.repeat(5000)}"`, /4096/],
    ['depth of parentheses', () => `${'('.repeat(21)}title pr${')'.repeat(21)}`, /20/],
    ['depth of not', () => `${'not ('.repeat(21)}title pr${')'.repeat(21)}`, /20/],
    ['terms', () => Array.from({ length: 101 }, () => 'title pr').join(' and '), /100/],
  ])('%s', async (_limit, filter, names) => {
    await expectFilterRefused(stage.generic, '/Users', filter(), names);
  });

  it('what is within the limits works', async () => {
    const { generic } = stage;
    const cast = await generic.users({ one: { title: 'x' } });
    expect(await cast.matching(`${'not ('.repeat(20)}title pr${')'.repeat(20)}`)).toEqual(['one']);
    expect(await cast.matching(Array.from({ length: 100 }, () => 'title pr').join(' and '))).toEqual(['one']);
    expect(await cast.matching(`not (nickName eq "${'a'.repeat(4000)}")`)).toEqual(['one']);
  });

  it('SEC-03: what looks like SQL is a value', async () => {
    const { generic } = stage;
    const nickName = `${unique('nick')}'; DROP TABLE users; -- %_\\ $1 {"a":1}`;
    const cast = await generic.users({ one: { nickName }, two: { nickName: 'x' } });
    const value = JSON.stringify(nickName);
    for (const operator of ['eq', 'co', 'sw', 'ew']) {
      expect(await cast.matching(`nickName ${operator} ${value}`)).toEqual(['one']);
    }
    for (const operand of ["' OR '1'='1", '%', '_', '" or userName pr or nickName eq "']) {
      expect(await cast.matching(`nickName eq ${JSON.stringify(operand)}`)).toEqual([]);
    }
    expect(await cast.matching('nickName co "%"')).toEqual(['one']);
  });
});

it('ERR-06: the refusal says where in the filter it is wrong', async () => {
  const answer = await stage.generic.get('/Users', { filter: 'title pr and userName foo "x"' });
  expectRefusal(answer, { scimType: 'invalidFilter', names: /foo.*at character 23/ });
});
