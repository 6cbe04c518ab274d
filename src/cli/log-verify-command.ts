import { type LogVerdict, verifyLog } from '../log/index.js';
import { count, fields } from './output.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

/** `rollcall log verify` */
export const logVerifyCommand: Register = (group, session) => {
  siteCommand(group, 'verify', 'compute the seals of the log anew and name what is not as it was sealed').action(
    (options: SiteOptions) =>
      session.answerInSite(options, async ({ database, site }) => {
        const verdict = await verifyLog(database, site.id);
        return { json: verdict, text: () => verdictText(verdict), negative: verdict.faults.length > 0 };
      }),
  );
};

function verdictText({ seals, entries, erased, dropped, unsealed, lastHash, faults }: LogVerdict): string {
  const told = fields({
    Seals: seals,
    Entries: `${entries}, ${erased} of them about people who were erased`,
    Dropped: `${dropped} with their months`,
    'Not sealed yet': unsealed,
    'Last seal': lastHash,
  });
  if (faults.length === 0) return `${told}\n\nEverything is as it was sealed.`;
  return `${told}\n\n${count(faults.length, 'fault')}:\n${faults.map(({ text }) => `- ${text}`).join('\n')}`;
}
