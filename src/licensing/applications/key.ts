const KEY = /^[a-z][a-z0-9-]{0,62}$/;

/** Whether a text can be the key of an application or of a role: it stands in URLs, commands and SCIM values. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}
