import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { PROFILE_NAMES } from '../../src/scim/index.js';
import { PEERS_CASES } from './peers-cases.ts';

const FILES = readdirSync(import.meta.dirname).filter((name) => /^peers-.*\.test\.ts$/.test(name));
const TITLE = /['"`]peers (\d+): /g;

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

it('the peers’ cases are those of the list, each once', () => {
  expect(PEERS_CASES.map(({ number }) => number)).toEqual([...range(1, 47), ...range(52, 57)]);
  for (const { number, words, under } of PEERS_CASES) {
    expect([number, words.length > 0, under.length > 0]).toEqual([number, true, true]);
  }
});

it('each of them is the title of a test, and no test has a number that the list does not know', () => {
  const titled = FILES.flatMap((name) => {
    const text = readFileSync(new URL(name, import.meta.url), 'utf8');
    return [...text.matchAll(TITLE)].map(([, number]) => Number(number));
  });
  const numbers = [...new Set(titled)].sort((one, other) => one - other);
  expect(numbers).toEqual(PEERS_CASES.map(({ number }) => number));
});

it('what they hold under is a profile, or a setting with its value', () => {
  for (const each of PEERS_CASES.flatMap(({ under }) => under)) {
    expect(PROFILE_NAMES.includes(each) || /^[a-zA-Z]+: \w+$/.test(each)).toBe(true);
  }
});
