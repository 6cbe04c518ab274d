import { z } from 'zod';
import { RollcallError } from '../errors/index.js';

/** One address, as the HTML standard has it; RFC 5321 section 4.5.3.1.3 bounds its length. */
export const mailAddress = z.email({ pattern: z.regexes.html5Email }).max(254);

/** @throws RollcallError `invitation.invalid-address` */
export function requireMailAddress(text: string): string {
  const { success, data } = mailAddress.safeParse(text.trim());
  if (success) return data;
  throw new RollcallError(
    'invalid',
    'invitation.invalid-address',
    'That is no e-mail address such as ada@example.com.',
  );
}
