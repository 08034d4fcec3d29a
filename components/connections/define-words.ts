/** All text of the form that defines a stream. */
export const defineWords = {
  action: 'Define a list',
  title: 'Define what to keep in step',
  hint: 'Say what stands where. Nothing is kept until it has been tried at the service.',
  tryIt: 'Try it',
  faulty: 'It cannot be taken as it is',
  list: 'The list',
  paging: 'Pages',
  pagings: [
    { value: 'none', label: 'One answer holds everything' },
    { value: 'page', label: 'Page numbers' },
    { value: 'offset', label: 'Offset' },
    { value: 'cursor', label: 'Cursor in the answer' },
    { value: 'link', label: 'Link header' },
  ],
  sinceFormat: 'Written as',
  sinceFormats: [
    { value: 'iso', label: 'ISO 8601 (2026-01-31T12:00:00Z)' },
    { value: 'epoch_s', label: 'Seconds since 1970' },
  ],
  lines: {
    title: { label: 'Name', hint: null, placeholder: 'Open tickets' },
    path: { label: 'Path', hint: 'Below the base address.', placeholder: '/tickets' },
    items: {
      label: 'Where the list stands',
      hint: 'Empty when the answer is the list.',
      placeholder: 'data.items',
    },
    id: { label: 'Id', hint: 'In an object of the list.', placeholder: 'id' },
    updatedAt: {
      label: 'Last change',
      hint: 'Without it the newest reading wins.',
      placeholder: 'updated_at',
    },
    itemPath: {
      label: 'Path of one object',
      hint: 'Without it the list is searched.',
      placeholder: '/tickets/{id}',
    },
    parameter: { label: 'Parameter', hint: null, placeholder: 'page' },
    size: { label: 'Objects on a full page', hint: null, placeholder: '100' },
    next: { label: 'Where the next cursor stands', hint: null, placeholder: 'meta.next' },
    since: {
      label: 'Parameter for “changed since”',
      hint: 'Without it the whole list is read every few minutes.',
      placeholder: 'updated_since',
    },
    states: { label: '', hint: null, placeholder: '' },
  },
  fields: 'Fields',
  fieldsHint: 'Where each stands in an object: name, user.email, labels.*.name. Empty: not read.',
  states: 'What the words for a state mean',
  statesHint: 'One a line: closed = done. Ours are open, in_progress, done, cancelled.',
  found: (count: number, more: boolean) =>
    count === 0
      ? 'Nothing there can be read like this'
      : `${count} on the first page can be read${more ? ', and there are more pages' : ''}`,
} as const;
