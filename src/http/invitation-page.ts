import { createHash } from 'node:crypto';
import type { Headers } from './send-answer.js';

// The page that links in mails open: one button, so that a scanner of mails which follows links accepts nothing. The
// token is in the fragment, which no server and no proxy sees, and is taken out of the address bar at once.

const STYLE = `body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}
button{font:inherit;padding:.5rem 1.5rem}`;

const SCRIPT = `const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
const button = document.querySelector('button');
const status = document.querySelector('p');
const signsUp = token.startsWith('rs_');
if (signsUp) button.textContent = 'Confirm my address';
button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    const response = await fetch(signsUp ? 'api/v1/sign-ups/confirm' : 'api/v1/invitations/accept', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    const answer = await response.json();
    status.textContent = response.ok ? 'Done. You can close this page.' : answer.detail;
    button.disabled = response.ok || response.status < 500 && response.status !== 429;
  } catch {
    status.textContent = 'The server cannot be reached. Try again.';
    button.disabled = false;
  }
});`;

export const INVITATION_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Invitation</title>
<style>${STYLE}</style></head>
<body><h1>Welcome</h1><button type="button">Accept the invitation</button><p role="status"></p>
<script>${SCRIPT}</script></body>
</html>
`;

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const INVITATION_PAGE_HEADERS: Headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}; connect-src 'self'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
