import { observeBody } from './observe-body.js';
import type { TraitName } from './traits.js';

/** A request as far as it tells who sends it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly userAgent: string | undefined;
  readonly contentType: string | undefined;
  /** The parsed body; undefined where there was none, or it was not looked at. */
  readonly body: unknown;
}

/** Okta's, Google's and OneLogin's empty one are on record; the others are known if they say who they are. */
const AGENTS: readonly (readonly [TraitName, RegExp])[] = [
  ['agent-entra', /microsoft|azure|\bentra\b/i],
  ['agent-okta', /okta/i],
  ['agent-onelogin', /onelogin/i],
  ['agent-jumpcloud', /jumpcloud/i],
  ['agent-ping', /pingone|pingfederate|pingidentity|ping identity/i],
  ['agent-google', /google/i],
  ['agent-rippling', /rippling/i],
  ['agent-empty', /^$/],
];

const FILTERS: readonly (readonly [TraitName, RegExp])[] = [
  ['lookup-behind-brackets', /\]\.\w/],
  ['lookup-in-brackets', /^emails\[value eq /i],
  ['lookup-by-address', /^emails(?:\.value)? eq /i],
  ['bare-manager', /(?:^|\s)manager eq /i],
  ['boolean-text-in-filter', /\b(?:active|primary) eq "(?:true|false)"/i],
];

/** What a request shows of its sender: each trait once. */
export function observeRequest(request: SeenRequest): Set<TraitName> {
  const traits = new Set<TraitName>();
  const { userAgent, contentType, target, method, body } = request;
  if (userAgent !== undefined) addMatching(traits, AGENTS, userAgent);
  if (body !== undefined && contentType !== undefined && /^application\/json\b/i.test(contentType)) {
    traits.add('json-type');
  }
  if (target.endsWith('?')) traits.add('trailing-question-mark');
  else if (target.endsWith('&')) traits.add('trailing-ampersand');
  const mark = target.indexOf('?');
  if (mark !== -1) observeQuery(traits, new URLSearchParams(target.slice(mark + 1)));
  observeBody(traits, method, body);
  return traits;
}

function observeQuery(traits: Set<TraitName>, query: URLSearchParams): void {
  if ([...query.keys()].some((name) => name.toLowerCase().startsWith('aadoptscim'))) traits.add('entra-flag');
  if (query.get('excludedAttributes') === 'members') traits.add('without-members');
  const filter = query.get('filter');
  if (filter !== null) addMatching(traits, FILTERS, filter);
}

function addMatching(
  traits: Set<TraitName>,
  expressions: readonly (readonly [TraitName, RegExp])[],
  text: string,
): void {
  for (const [trait, expression] of expressions) if (expression.test(text)) traits.add(trait);
}
