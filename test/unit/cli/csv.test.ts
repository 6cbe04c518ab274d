import { expect, it } from '@jest/globals';
import { csv } from '../../../src/cli/csv.js';

it('CSV quotes what has to be quoted, and no cell is a formula', () => {
  const rows = [
    ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'],
    ['a,b', 'say "a"', 'two\nlines', null, -5, 1.5],
    ['=a,b', 'plain', 'a=b', '', 'ü', '2027-01-31'],
  ];
  expect(csv(['name', '=x'], rows)).toBe(
    "name,'=x\r\n" +
      "'=1+1,'+1,'-1,'@SUM(A1),'\tx,\"'\rx\"\r\n" +
      '"a,b","say ""a""","two\nlines",,-5,1.5\r\n' +
      '"\'=a,b",plain,a=b,,ü,2027-01-31\r\n',
  );
});
