/** xsd:dateTime (RFC 7643 section 2.3.5): date and time are both there, the zone may be missing. */
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/;

/**
 * A dateTime in UTC with six decimals, `YYYY-MM-DDTHH:MM:SS.ffffffZ`: of one width, so that the order of the texts is
 * that of time. Without a zone it is taken for UTC. Years 0001 to 9999; more decimals are cut, as PostgreSQL has six.
 * @returns undefined when the text is no dateTime
 */
export function canonicalDateTime(text: string): string | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  const offset = zoneMinutes(match[8] ?? 'Z');
  if (offset === undefined || minute > 59 || second > 59 || hour > 24) return undefined;
  const fraction = (match[7] ?? '').slice(0, 6).padEnd(6, '0');
  // xsd:dateTime knows 24:00:00 as the end of a day.
  if (hour === 24 && (minute > 0 || second > 0 || /[1-9]/.test(match[7] ?? ''))) return undefined;
  const date = new Date(0);
  // Date.UTC would read years below 100 as 19xx.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute - offset, second);
  const utcYear = date.getUTCFullYear();
  if (year < 1 || utcYear < 1 || utcYear > 9999) return undefined;
  return `${date.toISOString().slice(0, 19)}.${fraction}Z`;
}

/** Minutes east of UTC; xsd allows offsets up to 14 hours. */
function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
