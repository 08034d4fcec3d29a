import type { ListenInput, WebhookPresetRow } from './use-listening';

/** What somebody has typed; texts as they stand in the form. */
export interface ListenDraft {
  title: string;
  by: 'preset' | 'own' | 'nothing';
  preset: string;
  header: string;
  prefix: string;
  template: string;
  timestamp_header: string;
  id_header: string;
  event_path: string;
  alg: 'sha256' | 'sha1' | 'sha512';
  encoding: 'hex' | 'base64';
  secret: string;
}

export const emptyListenDraft: ListenDraft = {
  title: '',
  by: 'preset',
  preset: 'standard_webhooks',
  header: '',
  prefix: '',
  template: '{body}',
  timestamp_header: '',
  id_header: '',
  event_path: '',
  alg: 'sha256',
  encoding: 'hex',
  secret: '',
};

const filled = (entries: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).filter(([, text]) => text.trim() !== ''));

function signingOf(draft: ListenDraft): Record<string, unknown> {
  const { by, preset, alg, encoding, prefix, header, template } = draft;
  const { timestamp_header, id_header, event_path } = draft;
  if (by === 'preset') return { by, preset };
  if (by === 'nothing') return { by, ...filled({ event_path }) };
  const optional = filled({ timestamp_header, id_header, event_path });
  return { by, own: { header, prefix, template, alg, encoding, ...optional } };
}

export const toListenInput = (draft: ListenDraft): ListenInput => ({
  title: draft.title.trim(),
  signing: signingOf(draft),
  ...(draft.by === 'nothing' || draft.secret.trim() === '' ? {} : { secret: draft.secret }),
});

/** Without a pasted secret one has to be made, which only some ways of signing allow. */
export function isListenComplete(
  draft: ListenDraft,
  preset: WebhookPresetRow | undefined,
): boolean {
  if (draft.title.trim() === '') return false;
  if (draft.by === 'own') return draft.header.trim() !== '' && draft.template.trim() !== '';
  if (draft.by === 'nothing') return true;
  if (!preset) return false;
  if (preset.brings_secret) return true;
  return preset.can_make_secret || preset.proves === 'nothing' || draft.secret.trim() !== '';
}
