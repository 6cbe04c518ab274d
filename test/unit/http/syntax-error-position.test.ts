import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { syntaxErrorPosition } from '../../../src/http/syntax-error-position.js';

describe('MT-10 the position of a syntax error', () => {
  it.each([
    ['{"a":hello}', 5],
    ['{"a":1', 6],
    ['[1,]', 3],
    ['{"a" 1}', 5],
    ['{,}', 1],
    ['[1 2]', 3],
    ['{"a":01}', 5],
    ['"a\nb"', 0],
    ['{}]', 2],
    ['  nul', 2],
  ])('of %j is %d', (text, position) => {
    expect(syntaxErrorPosition(text)).toBe(position);
  });

  it('is the end of every JSON text that is cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const text = JSON.stringify(value);
        expect(syntaxErrorPosition(text.slice(0, -1))).toBe(text.length - 1);
        expect(syntaxErrorPosition(`${text}x`)).toBe(text.length);
      }),
    );
  });
});
