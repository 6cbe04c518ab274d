import { BASE, DECLARATIONS, type Differences } from '../../src/scim/profiles/declarations.js';
import { PROFILE_NAMES } from '../../src/scim/profiles/index.js';
import { SWITCHES, type SwitchName } from '../../src/scim/profiles/switches.js';
import { TRAITS, type Trait } from '../../src/scim/profiles/traits.js';
import { profileNamed } from './profile.ts';
import { markdownTable as table } from './renew-document.ts';

const SWITCH_NAMES = Object.keys(SWITCHES) as readonly SwitchName[];
const DECLARED: Readonly<Record<string, { description: string; differences: Differences }>> = DECLARATIONS;

/** The parts of docs/profiles.md that follow from the code, by the name that stands in their markers. */
export function generatedParts(): ReadonlyMap<string, string> {
  return new Map([
    ['profiles', profilesTable()],
    ['differences', PROFILE_NAMES.map(differencesOf).join('\n\n')],
    ['switches', SWITCH_NAMES.map(switchText).join('\n\n')],
    ['traits', traitsTable()],
  ]);
}

function profilesTable(): string {
  return table(
    ['profile', 'for'],
    PROFILE_NAMES.map((name) => [`\`${name}\``, DECLARED[name]?.description ?? '']),
  );
}

function differencesOf(name: string): string {
  const differences = DECLARED[name]?.differences ?? {};
  const rows = SWITCH_NAMES.flatMap((each) => {
    const difference = differences[each];
    return difference === undefined ? [] : [[`\`${each}\``, code(difference[0]), difference[1]]];
  });
  const text = rows.length === 0 ? 'Nothing.' : table(['switch', 'value', 'reason'], rows);
  return `### \`${name}\`\n\n${text}`;
}

function switchText(name: SwitchName): string {
  const { does, traffic } = SWITCHES[name];
  const others = PROFILE_NAMES.filter((profile) => profileNamed(profile).switches[name] !== BASE[name]);
  const values = [...new Set(others.map((profile) => code(profileNamed(profile).switches[name])))];
  const where = `Base: ${code(BASE[name])}. ${values.join(', ')}: ${others.map((profile) => code(profile)).join(', ')}.`;
  return `### \`${name}\`\n\n${does}\n\n* For: ${traffic}\n* ${where}`;
}

function traitsTable(): string {
  const rows = Object.values<Trait>(TRAITS).map(({ saw, speaksFor, needs }) => [
    `it ${saw}`,
    Object.entries(speaksFor)
      .map(([profile, points]) => `\`${profile}\` ${points}`)
      .join(', '),
    needs === undefined ? '' : `\`${needs}\``,
  ]);
  return table(['what is seen', 'speaks for', 'needs the switch'], rows);
}

function code(value: boolean | string): string {
  return `\`${String(value)}\``;
}
