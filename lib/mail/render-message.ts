import { HubError } from '#lib/core/index';
import { oneLine } from './address.ts';
import { type Markup, markup } from './html.ts';
import type { MailContent, MailMessage } from './message.ts';

interface Draft {
  subject: string;
  heading: string;
  /** Paragraphs before the button. */
  lines: (string | Linked)[];
  button: { label: string; url: string };
  /** Why the reader got this. */
  foot: string;
}

/** A paragraph that leads somewhere; without an address it is like any other. */
interface Linked {
  text: string;
  url: string | null;
}

const causeChars = 600;
const changeChars = 2_000;

/** Plain text and simple HTML that say the same; no picture, no script, nothing that is fetched. */
export function renderMessage(message: MailMessage): MailContent {
  const draft = draftOf(message);
  const url = readLink(draft.button.url);
  return {
    subject: oneLine(draft.subject, 150),
    text: [
      draft.heading,
      ...draft.lines.map(lineText),
      `${draft.button.label}:\n${url}`,
      `-- \n${draft.foot}`,
    ].join('\n\n'),
    html: page(draft, url).text,
  };
}

function draftOf(message: MailMessage): Draft {
  switch (message.kind) {
    case 'sign_in':
      return {
        subject: 'Sign in to Patchbay',
        heading: 'Sign in to Patchbay',
        lines: [
          `The link below is good once and for ${message.minutes} minutes. It opens a page with a button; nobody is signed in before it is pressed.`,
        ],
        button: { label: 'Sign in', url: message.url },
        foot: 'Somebody asked for this link with your address. If it was not you, nothing needs to be done.',
      };
    case 'invitation': {
      const workspace = oneLine(message.workspace);
      const inviter = oneLine(message.inviter);
      return {
        subject: `Invitation to ${workspace} on Patchbay, by ${inviter}`,
        heading: `Join ${workspace}`,
        lines: [
          `You are invited to the workspace “${workspace}” as ${oneLine(message.role)}, by ${inviter}.`,
          `The invitation is for this address and ends in ${message.days} days.`,
        ],
        button: { label: 'Open the invitation', url: message.url },
        foot: 'If you do not know the sender, nothing needs to be done.',
      };
    }
    case 'connection_alert': {
      const service = oneLine(message.service);
      return {
        subject: `Connect ${service} again in ${oneLine(message.workspace)}`,
        heading: `Connect ${service} again`,
        lines: [
          `The connection to ${service} as ${oneLine(message.account)} has stopped since ${oneLine(message.since)}.`,
          `The reason: ${oneLine(message.cause, causeChars)}`,
          'Edits made meanwhile are kept and sent afterwards.',
        ],
        button: { label: 'Open the connection', url: message.url },
        foot: `You get this once for each interruption because you own or administer ${oneLine(message.workspace)}.`,
      };
    }
    case 'changes': {
      const subscription = oneLine(message.subscription);
      const count = message.changes.length + message.more;
      return {
        subject:
          message.subject ?? `${subscription}: ${count === 1 ? '1 change' : `${count} changes`}`,
        heading: subscription,
        lines: [
          ...message.changes.map(({ text, url }) => ({ text: text.slice(0, changeChars), url })),
          ...(message.more > 0 ? [`And ${message.more} more.`] : []),
        ],
        button: { label: 'Open Patchbay', url: message.url },
        foot: `You get this because ${oneLine(message.workspace)} on Patchbay sends changes to this address. Ask whoever runs it to take it off the list.`,
      };
    }
    case 'subscription_disabled': {
      const subscription = oneLine(message.subscription);
      return {
        subject: `“${subscription}” is not told of changes any more`,
        heading: `${subscription} was switched off`,
        lines: [
          `The subscription “${subscription}” of ${oneLine(message.workspace)} was switched off at ${oneLine(message.since)}.`,
          `The reason: ${oneLine(message.cause, causeChars)}`,
          'Nothing is lost: once it is switched on again it goes on where it stopped.',
        ],
        button: { label: 'Open the subscription', url: message.url },
        foot: `You get this once each time because you own or administer ${oneLine(message.workspace)}.`,
      };
    }
    case 'test':
      return {
        subject: 'A test mail of Patchbay',
        heading: 'Mail works',
        lines: [`This was sent from the settings of ${oneLine(message.workspace)}.`],
        button: { label: 'Open the settings', url: message.url },
        foot: 'You asked for this mail yourself.',
      };
  }
}

/** Only an address of the web; written out whole, so that nothing of it is read as markup or a line. */
function readLink(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url.href;
  throw new HubError('internal.unexpected', 'A mail may link to a web address only.');
}

/** An address that is none of the web's is left out; the words stay. */
function linkOf(line: string | Linked): { text: string; url: string | null } {
  if (typeof line === 'string') return { text: line, url: null };
  const url = line.url !== null && URL.canParse(line.url) ? new URL(line.url) : null;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  return { text: line.text, url: isWeb && url ? url.href : null };
}

function lineText(line: string | Linked): string {
  const { text, url } = linkOf(line);
  return url === null ? text : `${text}\n${url}`;
}

function lineMarkup(line: string | Linked): string | Markup {
  const { text, url } = linkOf(line);
  return url === null ? text : markup`<a href="${url}" style="color:#1c1c1a">${text}</a>`;
}

const font = 'font-family:system-ui,-apple-system,Segoe UI,sans-serif';

function page(draft: Draft, url: string): Markup {
  const lines = draft.lines.map(
    (line) =>
      markup`<p style="margin:0 0 12px;line-height:1.5;white-space:pre-line">${lineMarkup(line)}</p>`,
  );
  return markup`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${draft.heading}</title></head>
<body style="margin:0;padding:24px;background:#f4f4f2;color:#1c1c1a;${font}">
<div style="max-width:480px;margin:0 auto;padding:24px;background:#fff;border:1px solid #e2e2de;border-radius:10px">
<p style="margin:0 0 16px;font-weight:600">Patchbay</p>
<h1 style="margin:0 0 12px;font-size:20px">${draft.heading}</h1>
${joined(lines)}
<p style="margin:20px 0"><a href="${url}" style="display:inline-block;padding:10px 16px;border-radius:8px;background:#1c1c1a;color:#fff;text-decoration:none">${draft.button.label}</a></p>
<p style="margin:0 0 12px;font-size:13px;color:#6b6b66;word-break:break-all">${url}</p>
<p style="margin:0;font-size:13px;color:#6b6b66">${draft.foot}</p>
</div>
</body>
</html>
`;
}

const joined = (parts: Markup[]): Markup =>
  parts.reduce((all, part) => markup`${all}${part}`, markup``);
