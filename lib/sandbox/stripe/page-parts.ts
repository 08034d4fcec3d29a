import { type Html, html } from '../html.ts';

export const perPage = 25;

/** 12.34 EUR; the yen has no smaller part. */
export function money(amount: unknown, currency: unknown): string {
  const code = String(currency).toUpperCase();
  const value = Number(amount);
  return code === 'JPY' ? `${value} ${code}` : `${(value / 100).toFixed(2)} ${code}`;
}

export const day = (seconds: unknown): string =>
  `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const notice = (refusal: string | null): Html | false =>
  refusal !== null && html`<p class="card notice" role="alert">Not done: ${refusal}</p>`;

export function pager(path: string, page: number, total: number): Html {
  const last = Math.max(1, Math.ceil(total / perPage));
  const to = (n: number): string => `${path}${path.includes('?') ? '&' : '?'}page=${n}`;
  return html`<nav class="pages" aria-label="Pages"><span>${page > 1 && html`<a href="${to(page - 1)}">Newer</a>`}</span><span class="dim">Page ${page} of ${last}</span><span>${page < last && html`<a href="${to(page + 1)}">Older</a>`}</span></nav>`;
}

export const field = (name: string, label: string, value: unknown): Html =>
  html`<div class="field"><label for="${name}">${label}</label><input type="text" id="${name}" name="${name}" value="${typeof value === 'string' ? value : ''}"></div>`;

/** A value of an object as a page shows it: text and numbers, and nothing else. */
export const shownText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
