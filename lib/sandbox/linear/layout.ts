import { type Html, html } from '../html.ts';
import { shellResponse } from '../page-shell.ts';
import type { LabelRow, PersonRow } from './rows.ts';
import { mount } from './world.ts';

export interface Page {
  title: string;
  /** Who writes when a form is sent; null where nobody does. */
  acting: { person: PersonRow; everybody: readonly PersonRow[]; returnTo: string } | null;
  body: Html;
}

export const linearPage = (page: Page, status = 200, formTargets: string[] = []): Response =>
  shellResponse(
    {
      brand: { title: 'Sandbox Linear', home: mount },
      title: page.title,
      aside: page.acting && actingForm(page.acting),
      body: page.body,
    },
    status,
    formTargets,
  );

export const selected = html` selected`;
export const checked = html` checked`;

function actingForm({ person, everybody, returnTo }: NonNullable<Page['acting']>): Html {
  return html`<form class="acting" method="post" action="${mount}/acting">
<label for="acting">Acting as</label>
<select id="acting" name="person">${everybody.map(
    ({ displayName }) =>
      html`<option value="${displayName}"${displayName === person.displayName && selected}>${displayName}</option>`,
  )}</select>
<input type="hidden" name="return_to" value="${returnTo}">
<button>Switch</button>
</form>`;
}

export const chip = (label: Pick<LabelRow, 'name' | 'color'>): Html =>
  html`<span class="label"><svg width="9" height="9" aria-hidden="true"><circle cx="4.5" cy="4.5" r="4.5" fill="${label.color}"/></svg>${label.name}</span>`;

export const moment = (value: string): Html =>
  html`<time datetime="${value}">${value.slice(0, 16).replace('T', ' ')} UTC</time>`;

export function refusalPage(title: string, reason: string, status: number): Response {
  const body = html`<div class="narrow card notice"><h1>${title}</h1><p>${reason}</p><p><a href="${mount}">All teams of the sandbox</a></p></div>`;
  return linearPage({ title, acting: null, body }, status);
}
