import { isRecord, type JsonObject, type JsonValue } from '../json.js';
import { cleanText } from './source-expression.js';

/** What is made of one element of a list of Google; undefined where it holds nothing. */
type ConvertElement = (element: Readonly<Record<string, unknown>>) => JsonObject | undefined;

const PHONE_TYPES = new Map([
  ['mobile', 'mobile'],
  ['work_mobile', 'mobile'],
  ['home', 'home'],
  ['work', 'work'],
  ['work_fax', 'fax'],
  ['home_fax', 'fax'],
  ['pager', 'pager'],
  ['work_pager', 'pager'],
]);

const ADDRESS_PARTS = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode'];

/** Lists whose elements look otherwise in SCIM (RFC 7643 section 4.1.2), by the attribute that they become. */
const CONVERTERS = new Map<string, ConvertElement>([
  // An address without a type is one of the account itself.
  ['emails', (email) => valued(email, 'address', typeOf(email) ?? 'work')],
  ['phoneNumbers', (phone) => valued(phone, 'value', PHONE_TYPES.get(typeOf(phone) ?? '') ?? 'other')],
  ['ims', (im) => valued(im, 'im', textOf(im.protocol))],
  ['addresses', addressOf],
]);

/** Elements as SCIM has them, the same only once and one of them primary at most. */
export function convertList(attribute: string, value: JsonValue): JsonValue {
  const convert = CONVERTERS.get(attribute);
  if (convert === undefined || !Array.isArray(value)) return value;
  const elements = value.flatMap((element): JsonObject[] => {
    const converted = isRecord(element) ? convert(element) : undefined;
    return converted === undefined ? [] : [converted];
  });
  const seen = new Set<string>();
  let primary = false;
  return elements.flatMap((element) => {
    const { primary: isPrimary, ...rest } = element;
    const key = JSON.stringify(rest).toLowerCase();
    if (seen.has(key)) return [];
    seen.add(key);
    const first = isPrimary === true && !primary;
    primary ||= first;
    return [first ? element : rest];
  });
}

function valued(element: Readonly<Record<string, unknown>>, member: string, type: string | undefined) {
  const value = textOf(element[member]);
  if (value === undefined) return undefined;
  return { value, ...(type === undefined ? {} : { type }), ...primaryOf(element) };
}

function addressOf(address: Readonly<Record<string, unknown>>): JsonObject | undefined {
  const parts = ADDRESS_PARTS.flatMap((part) => {
    const text = textOf(address[part]);
    return text === undefined ? [] : [[part, text] as const];
  });
  // RFC 7643 section 4.1.2 wants an ISO 3166-1 alpha-2 code.
  const country = textOf(address.countryCode);
  if (parts.length === 0 && country === undefined) return undefined;
  return {
    ...Object.fromEntries(parts),
    ...(country === undefined ? {} : { country }),
    type: typeOf(address) ?? 'other',
    ...primaryOf(address),
  };
}

function typeOf(element: Readonly<Record<string, unknown>>): string | undefined {
  const type = textOf(element.type);
  return type === 'custom' ? (textOf(element.customType) ?? type) : type;
}

function primaryOf(element: Readonly<Record<string, unknown>>): { readonly primary?: true } {
  return element.primary === true ? { primary: true } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? cleanText(value) : undefined;
}
