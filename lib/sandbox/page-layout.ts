import { type Html, html } from './html.ts';
import { prefix } from './links.ts';
import { shellResponse } from './page-shell.ts';
import type { LabelRow, UserRow } from './rows.ts';

export interface PageFrame {
  title: string;
  /** Who writes when a form is sent; null where nobody does. */
  acting: { login: string; everybody: readonly string[]; returnTo: string } | null;
  body: Html;
}

export function pageResponse(frame: PageFrame, status = 200, formTargets: string[] = []): Response {
  const brand = { title: 'Sandbox GitHub', home: prefix };
  const aside = frame.acting && actingForm(frame.acting);
  return shellResponse({ brand, title: frame.title, aside, body: frame.body }, status, formTargets);
}

function actingForm(acting: NonNullable<PageFrame['acting']>): Html {
  return html`<form class="acting" method="post" action="${prefix}/acting">
<label for="acting">Acting as</label>
<select id="acting" name="login">${acting.everybody.map(
    (login) =>
      html`<option value="${login}"${login === acting.login && selected}>${login}</option>`,
  )}</select>
<input type="hidden" name="return_to" value="${acting.returnTo}">
<button>Switch</button>
</form>`;
}

const selected = html` selected`;

export const checked = html` checked`;

export function avatar(login: string, size: number): Html {
  return html`<img class="avatar" src="${prefix}/avatars/u/${login}" width="${size}" height="${size}" alt="">`;
}

export function labelChip(label: Pick<LabelRow, 'name' | 'color'>): Html {
  return html`<span class="label"><svg width="9" height="9" aria-hidden="true"><circle cx="4.5" cy="4.5" r="4.5" fill="#${label.color}"/></svg>${label.name}</span>`;
}

export function time(value: string): Html {
  return html`<time datetime="${value}">${value.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** A round picture with initials, made from the name alone. */
export function avatarImage(login: string): Response {
  const initials = login
    .split(/[-_.\s]/)
    .map((part) => part.charAt(0).toUpperCase())
    .slice(0, 2)
    .join('');
  const hue = Buffer.from(login).reduce((sum, byte) => (sum * 31 + byte) % 360, 7);
  const picture = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="hsl(${hue} 45% 42%)"/><text x="20" y="26" font-family="system-ui,sans-serif" font-size="16" font-weight="600" text-anchor="middle" fill="#fff">${initials}</text></svg>`;
  return new Response(picture.text, {
    headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=3600' },
  });
}

export const displayName = (user: UserRow): string => user.name ?? user.login;
