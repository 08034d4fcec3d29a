import { type Html, html } from './html.ts';

export const stylesheetPath = '/sandbox/assets/style.css';

export interface Shell {
  /** Whose page it is; stands in the heading and leads to the provider's first page. */
  brand: { title: string; home: string };
  title: string;
  /** Stands at the right of the heading. */
  aside?: Html | null;
  body: Html;
}

/** A page of the sandbox: no script, one sheet. `formTargets` are origins a form's answer may redirect to. */
export function shellResponse(shell: Shell, status = 200, formTargets: string[] = []): Response {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action 'self' ${formTargets.join(' ')}`.trim(),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return new Response(page(shell).text, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    },
  });
}

function page({ brand, title, aside, body }: Shell): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${brand.title}</title>
<link rel="stylesheet" href="${stylesheetPath}">
<link rel="icon" href="/sandbox/github/avatars/o/northwind">
</head>
<body>
<header class="top"><div>
<a class="brand" href="${brand.home}">${brand.title}<span class="tag">the other side, on this machine</span></a>
${aside}
</div></header>
<main>${body}</main>
</body>
</html>`;
}
