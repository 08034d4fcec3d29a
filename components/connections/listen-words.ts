/** All text about connections that are only listened to. */
export const listenWords = {
  name: { label: 'Name', placeholder: 'Shop orders' },
  by: 'How its events are signed',
  ways: [
    { value: 'preset', label: 'As a known service' },
    { value: 'own', label: 'In another way' },
    { value: 'nothing', label: 'Not at all' },
  ],
  service: 'Service',
  docs: 'How it signs',
  sender: 'It sends its secret along: that proves who sent an event, and nothing of what is in it.',
  nothing: {
    title: 'Nothing proves who sent an event',
    body: 'Whatever comes is shown in the inbox, marked as unverified, and changes no record.',
  },
  own: {
    header: { label: 'Header of the signature', placeholder: 'X-Signature', hint: null },
    prefix: { label: 'Before it', placeholder: 'sha256=', hint: 'Text before the signature.' },
    template: {
      label: 'What is signed',
      placeholder: '{body}',
      hint: 'Places: {body}, {timestamp}, {method}, {url}, {header:x-id}, {json:data.id}.',
    },
    timestamp_header: {
      label: 'Header of the time',
      placeholder: 'X-Timestamp',
      hint: 'With {timestamp} in what is signed; older than five minutes is refused.',
    },
    id_header: {
      label: 'Header of the delivery’s id',
      placeholder: 'X-Delivery',
      hint: 'Without it the same bytes are the same delivery.',
    },
    event_path: {
      label: 'Where the event’s name stands',
      placeholder: 'event.type',
      hint: 'In the body. Without it: type, or event.',
    },
    alg: 'HMAC with',
    encoding: 'Written in',
  },
  algs: [
    { value: 'sha256', label: 'SHA-256' },
    { value: 'sha1', label: 'SHA-1' },
    { value: 'sha512', label: 'SHA-512' },
  ],
  encodings: [
    { value: 'hex', label: 'hex' },
    { value: 'base64', label: 'base64' },
  ],
  secret: {
    label: 'Signing secret',
    pasted: 'Sealed at once to the gateway; it is never shown again.',
    made: 'Left empty, one is made here and shown once.',
  },
  brings:
    'The service sends its secret along with its first call. It is shown on the connection’s page, to be taken over there.',
  submit: 'Get the address',
  failed: 'The address was not made',
  made: 'This secret is shown once. Give it to the service now.',
  secretName: 'Signing secret',
  giveSecret: 'Enter this secret there as the one to sign with.',
  goOn: 'To the connection',
  panel: {
    title: 'Where it posts to',
    url: 'Address to paste at the service',
    states: {
      waiting: 'waiting for the first event',
      active: 'events come in',
      removed: 'taken back',
    },
    waiting: 'Nothing that holds has come yet. What is refused is counted in the inbox.',
    last: 'Last event',
    unverified: 'unverified',
    former: 'The former secret holds until',
    rotate: 'Change the secret',
    rotateHint:
      'The former one holds for a day, so that no event is lost while the service is told.',
    atOnce: 'End the former one now: it has leaked',
    brings: 'The service’s first call brings its secret; it appears here.',
    brought:
      'A first call has brought this. Anybody who knows the address could have sent it: compare it, or give it to the service, and then take it over.',
    broughtName: 'What the first call has brought',
    take: 'Take it over',
    taken: 'Events signed with it are verified from now on',
    save: 'Change it',
    saved: 'The secret is changed',
    failed: 'The secret was not changed',
  },
  define: {
    hint: 'Say what of an event is a record. It is tried on the events that came last.',
    events: {
      label: 'Events',
      hint: 'Their names, with commas between. Empty: all.',
      placeholder: 'order.created, order.updated',
    },
    items: {
      label: 'Where the object stands',
      hint: 'Empty when the event is the object; a list is read one by one.',
      placeholder: 'data.object',
    },
    updatedAt: {
      label: 'Last change',
      hint: 'Without it an event is as new as its arrival.',
      placeholder: 'updated_at',
    },
    deletedBy: 'It is gone when',
    deletedWays: [
      { value: 'never', label: 'never told' },
      { value: 'event', label: 'an event says so' },
      { value: 'value', label: 'a value says so' },
    ],
    deletedNames: {
      label: 'Names of those events',
      hint: null,
      placeholder: 'order.deleted',
    },
    deletedPath: { label: 'Where that value stands', hint: null, placeholder: 'state' },
    deletedEquals: { label: 'What it says then', hint: null, placeholder: 'removed' },
    found: (count: number) =>
      count === 0
        ? 'None of the last events can be read like this'
        : `${count} in the last events can be read`,
    none: 'No event has come yet, so there is nothing to try it on',
  },
} as const;
