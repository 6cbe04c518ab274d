import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cast, resourcesOf, unique } from './support/client.ts';
import { expectFilterRefused } from './support/refusal.ts';
import { type Stage, startStage } from './support/stage.ts';

let stage: Stage;
let people: Cast<'a' | 'b' | 'c' | 'ab' | 'none'>;
beforeAll(async () => {
  stage = await startStage();
  people = await stage.generic.users({
    a: { title: 'Ta', nickName: 'x' },
    b: { userType: 'E' },
    c: { locale: 'en' },
    ab: { title: 'Tb', userType: 'E', nickName: 'y' },
    none: {},
  });
});
afterAll(() => stage.close());

describe('precedence', () => {
  it.each([
    ['FLT-18: and before or', 'title pr or userType pr and locale pr', ['a', 'ab']],
    ['FLT-18: the same with parentheses', 'title pr or (userType pr and locale pr)', ['a', 'ab']],
    ['FLT-18: and before or, the other way round', 'userType pr and locale pr or title pr', ['a', 'ab']],
    ['FLT-19: not before and', 'not (title pr) and userType pr', ['b']],
    ['FLT-19: not over all of it', 'not (title pr and userType pr)', ['a', 'b', 'c', 'none']],
    ['FLT-20: operators before and', 'title sw "T" and userType eq "E"', ['ab']],
    [
      'FLT-21: parentheses first',
      '(title pr or locale pr) and (nickName eq "x" or (locale eq "en" and id pr))',
      ['a', 'c'],
    ],
    ['FLT-21: many parentheses', '((((title pr))))', ['a', 'ab']],
    ['FLT-22: not with a space', 'not (title pr)', ['b', 'c', 'none']],
    ['FLT-22: not without a space', 'not(title pr)', ['b', 'c', 'none']],
    ['FLT-22: not of a not', 'not (not (title pr))', ['a', 'ab']],
    ['FLT-23: not of a comparison holds without a value', 'not (title eq "Ta")', ['b', 'c', 'ab', 'none']],
    ['FLT-23: not of an order holds without a value', 'not (title gt "Ta")', ['a', 'b', 'c', 'none']],
    [
      'FLT-23: not of a value path holds without a value',
      'not (emails[type eq "work"])',
      ['a', 'b', 'c', 'ab', 'none'],
    ],
    ['FLT-55: more spaces than needed', '  title   sw  "T"   and  (  userType   eq  "E"  )  ', ['ab']],
  ] as const)('%s', async (_title, filter, found) => {
    expect(await people.matching(filter)).toEqual(found);
  });
});

describe('value paths', () => {
  let owners: Cast<'workHome' | 'homeWork' | 'other' | 'none'>;
  beforeAll(async () => {
    owners = await stage.generic.users({
      workHome: {
        emails: [
          { value: 'a@example.com', type: 'work', primary: true },
          { value: 'a@home', type: 'home' },
        ],
      },
      homeWork: {
        emails: [
          { value: 'b@example.com', type: 'home' },
          { value: 'b@office', type: 'work', primary: false },
        ],
      },
      other: { emails: [{ value: 'c@example.com' }] },
      none: {},
    });
  });

  it.each([
    ['FLT-24: both conditions on one value', 'emails[type eq "work" and value co "@example.com"]', ['workHome']],
    ['FLT-24: brackets that only test presence', 'emails[type pr]', ['workHome', 'homeWork']],
    [
      'FLT-25: without brackets different values may meet them',
      'emails.type eq "work" and emails.value co "@example.com"',
      ['workHome', 'homeWork'],
    ],
    [
      'FLT-26: and, or, not and parentheses in brackets',
      'emails[type eq "work" and value ew "office" or (type eq "home" and not (value ew "example.com"))]',
      ['workHome', 'homeWork'],
    ],
    ['FLT-26: not in brackets looks at one value', 'emails[not (type eq "work")]', ['workHome', 'homeWork', 'other']],
    [
      'FLT-26: brackets within a longer filter',
      'emails[type eq "work"] and not (emails[value ew "office"])',
      ['workHome'],
    ],
    ['FLT-28: any value matches', 'emails.value eq "a@home"', ['workHome']],
    ['FLT-29: an attribute alone is its value', 'emails co "example.com"', ['workHome', 'homeWork', 'other']],
    ['FLT-29: eq of an attribute alone', 'emails eq "B@OFFICE"', ['homeWork']],
    ['FLT-58: primary eq true', 'emails[primary eq true]', ['workHome']],
    [
      'FLT-58: primary eq false holds where nothing is said',
      'emails[primary eq false]',
      ['workHome', 'homeWork', 'other'],
    ],
    ['FLT-58: without brackets too', 'emails.primary eq false', ['workHome', 'homeWork', 'other']],
  ] as const)('%s', async (_title, filter, found) => {
    expect(await owners.matching(filter)).toEqual(found);
  });

  it('FLT-27: a value path in a value path is refused', async () => {
    await expectFilterRefused(stage.generic, '/Users', 'emails[type[value eq 1]]', /value path/);
    await expectFilterRefused(stage.generic, '/Users', 'emails[value eq "a" and emails[type eq "b"]]', /value path/);
  });

  it('FLT-51: a value path with a sub-attribute behind it; strict refuses it', async () => {
    const filter = 'emails[type eq "work"].value eq "A@example.com"';
    expect(await owners.matching(filter)).toEqual(['workHome']);
    expect(await owners.matching('emails[type eq "home"].value eq "a@example.com"')).toEqual([]);
    await expectFilterRefused(stage.strict, '/Users', filter, /\.value/);
  });
});

it('FLT-50: the filter works before the page is cut', async () => {
  const { generic } = stage;
  const nickName = unique('nick');
  for (let number = 0; number < 3; number++) await generic.user({ nickName });
  for (const startIndex of [1, 2, 4]) {
    const answer = await generic.get('/Users', { filter: `nickName eq "${nickName}"`, startIndex, count: 1 });
    expect(answer.body.totalResults).toBe(3);
    expect(resourcesOf(answer)).toHaveLength(startIndex === 4 ? 0 : 1);
  }
});
