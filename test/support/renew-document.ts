/**
 * A document with its generated parts as they are now, each between the markers that name it; what people wrote around
 * them stays.
 *
 * @throws Error that names a part whose markers are missing
 */
export function renewDocument(document: string, parts: ReadonlyMap<string, string>): string {
  let text = document;
  for (const [name, part] of parts) {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [before, rest = ''] = text.split(begin);
    const [, after] = rest.split(end);
    if (after === undefined) throw new Error(`The document has no part ${name}`);
    text = `${before}${begin}\n${part}\n${end}${after}`;
  }
  return text;
}

export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, headings.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
