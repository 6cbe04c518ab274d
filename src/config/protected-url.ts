/** Names and addresses by which a machine reaches itself. */
export function isLoopbackHost(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Whether nobody on the way can read or change what goes to a URL: https, or http to this machine itself. */
export function isProtectedUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, hash } = new URL(text);
  const isProtected = protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
  return isProtected && username === '' && hash === '';
}
