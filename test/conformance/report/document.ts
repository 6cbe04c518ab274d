import { markdownTable as table } from '../../support/renew-document.ts';
import type { Area, Item } from './items.ts';

/** docs/conformance.md between its markers: what is declined, and where `generic` departs. */
export function generatedParts(areas: readonly Area[]): ReadonlyMap<string, string> {
  const items = areas.flatMap((area) => area.items);
  return new Map([
    ['areas', table(['area', 'about', 'items', 'tests'], areas.map(areaRow))],
    ['departures', table(['item', 'in strict', 'generic', 'traffic'], items.flatMap(departureRow))],
    ['readings', table(['item', 'how it is read'], items.flatMap(readingRow))],
    ['declined', table(['item', 'what it allows', 'why not'], items.flatMap(declinedRow))],
  ]);
}

function areaRow({ area, title, items, tests }: Area): readonly string[] {
  return [area, title, String(items.length), tests.map((name) => `\`${name}\``).join(', ')];
}

function departureRow({ id, statement, departure }: Item): readonly (readonly string[])[] {
  return departure === undefined ? [] : [[id, statement, departure.does, departure.traffic]];
}

function readingRow({ id, reading }: Item): readonly (readonly string[])[] {
  return reading === undefined ? [] : [[id, reading]];
}

function declinedRow({ id, statement, declined }: Item): readonly (readonly string[])[] {
  return declined === undefined ? [] : [[id, statement, declined]];
}
