/** What the definition form holds: text as it was typed. */
export interface StreamDraft {
  title: string;
  path: string;
  items: string;
  id: string;
  updatedAt: string;
  itemPath: string;
  paging: 'none' | 'page' | 'offset' | 'cursor' | 'link';
  parameter: string;
  size: string;
  next: string;
  since: string;
  sinceFormat: 'iso' | 'epoch_s';
  /** Canonical field → path. */
  fields: Record<string, string>;
  /** One `word = state` a line. */
  states: string;
  /** Of connections that are only listened to: names with commas between. */
  events: string;
  deletedBy: 'never' | 'event' | 'value';
  deletedNames: string;
  deletedPath: string;
  deletedEquals: string;
}

export const emptyDraft: StreamDraft = {
  title: '',
  path: '/',
  items: '',
  id: 'id',
  updatedAt: '',
  itemPath: '',
  paging: 'none',
  parameter: '',
  size: '100',
  next: '',
  since: '',
  sinceFormat: 'iso',
  fields: {},
  states: '',
  events: '',
  deletedBy: 'never',
  deletedNames: '',
  deletedPath: '',
  deletedEquals: '',
};

/** The definition that the API takes; the API says what is wrong with it. */
export function toDefinition(draft: StreamDraft): Record<string, unknown> {
  return {
    title: draft.title.trim(),
    path: draft.path.trim(),
    items: draft.items.trim(),
    id: draft.id.trim(),
    updated_at: textOrNull(draft.updatedAt),
    item_path: textOrNull(draft.itemPath),
    paging: pagingOf(draft),
    since:
      draft.since.trim() === ''
        ? null
        : { parameter: draft.since.trim(), format: draft.sinceFormat },
    fields: fieldsOf(draft),
    states: statesOf(draft.states),
  };
}

/** The same of what is read from events. */
export function toEventDefinition(draft: StreamDraft): Record<string, unknown> {
  return {
    title: draft.title.trim(),
    events: namesOf(draft.events),
    items: draft.items.trim(),
    id: draft.id.trim(),
    updated_at: textOrNull(draft.updatedAt),
    deleted: deletedOf(draft),
    fields: fieldsOf(draft),
    states: statesOf(draft.states),
  };
}

const namesOf = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

function deletedOf(draft: StreamDraft): Record<string, unknown> | null {
  const { deletedBy: by, deletedNames, deletedPath, deletedEquals } = draft;
  if (by === 'never') return null;
  if (by === 'event') return { by, names: namesOf(deletedNames) };
  return { by, path: deletedPath.trim(), equals: deletedEquals.trim() };
}

const fieldsOf = (draft: StreamDraft): Record<string, string> =>
  Object.fromEntries(
    Object.entries(draft.fields)
      .map(([field, path]) => [field, path.trim()] as const)
      .filter(([, path]) => path !== ''),
  );

const textOrNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

function pagingOf({ paging, parameter, size, next }: StreamDraft): Record<string, unknown> {
  switch (paging) {
    case 'none':
    case 'link':
      return { style: paging };
    case 'cursor':
      return { style: paging, parameter: parameter.trim(), next: next.trim() };
    case 'page':
    case 'offset':
      return { style: paging, parameter: parameter.trim(), size: Number(size) };
  }
}

/** Lines that are no pair stay as they are, so that the API names them. */
function statesOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [word = '', ...state] = line.split('=');
      return [word.trim(), state.join('=').trim()];
    }),
  );
}
