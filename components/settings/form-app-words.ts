/** All text of the form that describes a service of one's own. */
export const formAppWords = {
  about:
    'A service nobody wrote a connector for: its OAuth server is found by its own description, or given address by address.',
  add: 'Set up an app',
  change: 'Change',
  remove: 'Remove',
  removed: (title: string) => `The app ${title} is removed`,
  none: 'No app is set up yet.',
  cancel: 'Cancel',
  title: { label: 'Name of the service', placeholder: 'Acme CRM' },
  slug: { label: 'Short name', hint: 'A part of the callback URL; it never changes.' },
  redirect: 'Authorisation callback URL, to be registered at the service',
  how: 'How it is found',
  ways: [
    { value: 'issuer', label: 'By its description' },
    { value: 'hand', label: 'Address by address' },
  ],
  fields: {
    issuer: {
      label: 'Issuer',
      placeholder: 'https://id.example.com',
      hint: 'What the service calls itself. Its description (OpenID Connect or RFC 8414) is read there.',
    },
    authorize_url: {
      label: 'Sign-in page',
      placeholder: 'https://id.example.com/authorize',
      hint: null,
    },
    token_url: { label: 'Token endpoint', placeholder: 'https://id.example.com/token', hint: null },
    revoke_url: {
      label: 'Revocation endpoint',
      placeholder: 'https://id.example.com/revoke',
      hint: 'Without it access cannot be given back at the service.',
    },
    api_base_url: {
      label: 'Base address of the API',
      placeholder: 'https://api.example.com/v1',
      hint: 'The access token goes to this host and to no other.',
    },
    account_path: {
      label: 'Path that says who you are',
      placeholder: '/me',
      hint: 'It must answer with 2xx and JSON to the token and to nobody without one.',
    },
    scopes: {
      label: 'Scopes',
      placeholder: 'openid offline_access read',
      hint: 'With spaces between. openid has the id token checked as well.',
    },
    client_id: { label: 'Client id', placeholder: null, hint: null },
    client_secret: {
      label: 'Client secret',
      placeholder: null,
      hint: 'Sealed at once; it is never shown again.',
    },
  },
  tokenAuth: 'The client proves itself',
  tokenAuths: [
    { value: 'client_secret_basic', label: 'in the Authorization header' },
    { value: 'client_secret_post', label: 'in the body' },
  ],
  check: {
    title: 'What was found',
    running: 'The service is being asked',
    failed: 'The service could not be asked',
    usable: 'Everything needed for a sign-in is there.',
    unusable: 'It cannot be used like this.',
    fine: 'may be used',
    namesItself: 'It names itself in every answer, and is held to it.',
    offers: 'Scopes it knows',
    names: {
      issuer: 'Issuer',
      authorize_url: 'Sign-in page',
      token_url: 'Token endpoint',
      revoke_url: 'Revocation endpoint',
      par_url: 'Pushed requests',
      api_base_url: 'API',
    },
  },
  save: 'Save',
  saved: (title: string) => `The app of ${title} is set up`,
  savedHint: 'Connect it from the catalogue.',
} as const;
