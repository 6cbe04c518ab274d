const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a JSON string may not hold
  /[\t\n\r ]*(?:([[\]{}:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-]))/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/**
 * Where a text that is no JSON stops being JSON (RFC 8259), counted in characters from 0; its length when it ends too
 * early. JSON.parse tells it for some mistakes only.
 */
export function syntaxErrorPosition(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  TOKEN.lastIndex = 0;
  for (let start = 0; ; start = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    const token = match?.[1] ?? (match?.[2] === undefined ? 'scalar' : 'string');
    const next: Expected | undefined = match === null ? undefined : after(expected, token, open);
    if (match === null || next === undefined) return start + (/^[\t\n\r ]*/.exec(text.slice(start))?.[0].length ?? 0);
    expected = next;
  }
}

/** What may follow a token; undefined where the token itself may not stand. */
function after(expected: Expected, token: string, open: ('{' | '[')[]): Expected | undefined {
  const inside = open[open.length - 1];
  if (expected === ', or end') {
    if (token === ',' && inside !== undefined) return inside === '{' ? 'key' : 'value';
    return close(token, open);
  }
  if (expected === ':') return token === ':' ? 'value' : undefined;
  if (expected === 'key' || expected === 'key or }') {
    if (token === 'string') return ':';
    return expected === 'key or }' ? close(token, open) : undefined;
  }
  if (token === 'string' || token === 'scalar') return ', or end';
  if (token === '{' || token === '[') {
    open.push(token);
    return token === '{' ? 'key or }' : 'value or ]';
  }
  return expected === 'value or ]' ? close(token, open) : undefined;
}

function close(token: string, open: ('{' | '[')[]): Expected | undefined {
  const inside = open[open.length - 1];
  if (!((token === '}' && inside === '{') || (token === ']' && inside === '['))) return undefined;
  open.pop();
  return ', or end';
}
