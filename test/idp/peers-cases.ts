/** What users of other provisioning servers asked for or complained about, as a statement about this one. */
export interface PeersCase {
  readonly number: number;
  readonly words: string;
  /** Profiles it is tested under, and settings of the connection or policies of a licence that it needs. */
  readonly under: readonly string[];
  /** What of it waits for a feature that is not there yet. */
  readonly later?: string;
}

const ENTRA = ['generic', 'entra'];
const CLIENTS = ['generic', 'okta', 'jumpcloud'];
const ALL = ['generic'];

/** By the numbers of the list that they come from; 48 to 51 belong to the log and to operations. */
export const PEERS_CASES: readonly PeersCase[] = [
  { number: 1, words: 'the text "False", in any case, disables', under: ENTRA },
  { number: 2, words: 'a work address that is not there is created by its path', under: ENTRA },
  { number: 3, words: 'a new work address leaves the home address alone', under: ENTRA },
  { number: 4, words: 'an enterprise attribute is added where the extension is absent', under: ENTRA },
  { number: 5, words: 'an empty text clears the manager', under: ENTRA },
  { number: 6, words: 'a manager may be a text, in POST and PATCH', under: ENTRA },
  {
    number: 7,
    words: 'a role as JSON text is taken, and taken apart where the profile says so',
    under: [...ENTRA, 'okta'],
  },
  { number: 8, words: 'roles may have a type that nobody else knows, and be several', under: ENTRA },
  { number: 9, words: 'members removed by a list are only those; one that is added twice is there once', under: ENTRA },
  { number: 10, words: 'other clients remove by a list too', under: ENTRA },
  { number: 11, words: 'a PATCH of a group is answered with 204 and no members', under: ENTRA },
  {
    number: 12,
    words: 'a slash before the query; what clients say of members besides the id is not taken over',
    under: ENTRA,
  },
  { number: 13, words: 'a lookup without members has none; with them each is there once, named', under: ENTRA },
  {
    number: 14,
    words: 'what is not quite the RFC’s is taken from Entra and refused by strict',
    under: [...ENTRA, 'strict'],
  },
  { number: 15, words: 'an unquoted value in a filter is refused and never finds everybody', under: ENTRA },
  { number: 16, words: 'users and groups are found by externalId', under: ENTRA },
  { number: 17, words: 'members replaced by a list are exactly those, by an empty one nobody', under: CLIENTS },
  { number: 18, words: 'PUT of a group sets its members and drops none without a word', under: CLIENTS },
  { number: 19, words: 'a group needs no externalId, and a rename makes no second one', under: CLIENTS },
  { number: 20, words: 'a question mark too many and the URNs of SCIM 1.1', under: ['onelogin'] },
  { number: 21, words: 'the same member added again and again is one row', under: CLIENTS },
  { number: 22, words: 'clients that send a hundred members a request come to an end', under: ALL },
  { number: 23, words: 'application/json is taken, another type is 415 with a SCIM error', under: CLIENTS },
  { number: 24, words: 'the media type may name the charset', under: CLIENTS },
  { number: 25, words: 'many members added at once keep those that are there', under: ALL },
  { number: 26, words: 'several removals in one PATCH take exactly those, all or none', under: ALL },
  { number: 27, words: 'large groups change quickly', under: ALL },
  { number: 28, words: 'a list without members does not read them', under: ALL },
  { number: 29, words: 'a member without an id is 400', under: ALL },
  { number: 30, words: 'of parallel additions none is lost', under: ALL },
  {
    number: 31,
    words: 'one unknown among a hundred members: all refused, or the others stored and the log names it',
    under: ['unknownMembers: reject', 'unknownMembers: skip'],
  },
  { number: 32, words: 'pages of a thousand are honoured', under: ALL },
  { number: 33, words: 'pages are stable and complete without sorting, and totals right under a filter', under: ALL },
  { number: 34, words: 'count is kept to, and itemsPerPage is what came', under: ALL },
  { number: 35, words: 'brackets, quotes and any script in a filter’s value; operators in any case', under: ALL },
  { number: 36, words: 'attribute names in any case, in filters, paths and bodies', under: ALL },
  { number: 37, words: 'a filter that is not understood whole is 400, never everybody and never nobody', under: ALL },
  { number: 38, words: 'no match is 200 with an empty list', under: ALL },
  { number: 39, words: 'a walk by cursor loses nobody while others are deleted', under: ALL },
  {
    number: 40,
    words: 'who is disabled keeps the id; a POST for them is 409, or brings them back; a deleted externalId is free',
    under: ['reactivate: false', 'reactivate: true'],
  },
  { number: 41, words: 'the former name of a renamed group can be used again', under: ALL },
  { number: 42, words: 'a taken name is 409 uniqueness, also for those who race', under: ALL },
  {
    number: 43,
    words: 'inactive is kept from the start and by updates that do not say it; silence disables nobody',
    under: ALL,
  },
  {
    number: 44,
    words: 'disabling gives the seat back in the same transaction',
    under: ALL,
    later: 'sessions and API tokens, with portal accounts',
  },
  {
    number: 45,
    words: 'what is protected cannot be changed by a connection, and the log says who tried',
    under: ALL,
    later: 'the last owner of the portal, with portal accounts',
  },
  {
    number: 46,
    words: 'ids of another site are unknown, as members and by themselves',
    under: ALL,
    later: 'groups of an identity provider are read-only in the portal',
  },
  {
    number: 47,
    words: 'a full licence refuses by every way in; of two who race for the last seat one gets it',
    under: ['policy: refuse'],
    later: 'the Google Workspace sync as one of the ways in',
  },
  { number: 52, words: 'a PATCH is checked whole before any of it is done; an unknown operation is named', under: ALL },
  {
    number: 53,
    words: 'what is repeated is no change: nothing is written, and the log says skipped',
    under: ALL,
    later: 'webhooks, which go out for changes only',
  },
  { number: 54, words: 'remove of members by nothing empties; a PUT disables as a PATCH does', under: ALL },
  { number: 55, words: 'locations begin with the base URL of the connection that asks', under: ALL },
  {
    number: 56,
    words: 'who is suspended at Google loses access with the request that says so',
    under: ['google'],
    later: 'the same by the Google Workspace sync',
  },
  { number: 57, words: 'If-Match of a former version is 412 and changes nothing', under: ALL },
];
