/** All text of the Settings. */
export const words = {
  title: 'Settings',
  tabs: {
    apps: 'Apps',
    members: 'Members',
    sessions: 'Your sessions',
    mail: 'Mail',
    limits: 'Limits',
    keys: 'Keys',
    audit: 'Audit log',
  },
  apps: {
    preset: 'sandbox app',
    ready: 'set up',
    missing: 'not set up',
    presetHint:
      'The sandbox’s own app is in use, so nothing needs to be done here. Replace it to reach the real service.',
    inUse: 'In use',
    register: {
      title: 'Register an OAuth app',
      body: (provider: string) => `At ${provider}, with the addresses below.`,
      open: (provider: string) => `Open ${provider}’s console`,
    },
    copy: {
      title: 'Copy the addresses',
      redirect: 'Authorisation callback URL',
      webhook: 'Webhook URL (registered by Patchbay itself)',
      noWebhook: 'Without PUBLIC_URL no webhook reaches this hub: its connections poll instead.',
    },
    paste: {
      title: 'Paste what it gives you',
      id: 'Client id',
      secret: 'Client secret',
      secretHint: 'Sealed at once; it is never shown again.',
      base: 'Address of your own instance',
      baseHint: 'Only for a self-hosted service',
    },
    hook: {
      title: 'Let its events come in',
      none: 'Without events its connections poll.',
      url: 'Request URL',
      first: 'Save the secret here first: the service checks the address at once.',
      secretHint: 'Sealed at once to the gateway; it is never shown again.',
      save: 'Save the secret',
      replace: 'Replace the secret',
      saved: (provider: string) => `The secret of ${provider}’s events is kept`,
      savedHint: 'Now paste the address at the service.',
      states: {
        missing: 'not set up',
        waiting: 'waiting for the first event',
        active: 'events come in',
      },
      challenged: 'The service has checked the address',
      received: 'Last event',
      open: 'Open its console',
      sandbox: 'The sandbox’s page of the app shows the secret and takes the address.',
    },
    save: 'Save',
    replace: 'Replace the app',
    saved: (provider: string) => `The app of ${provider} is set up`,
    savedHint: 'The secret is sealed; only the worker can open it.',
    none: 'No connector needs an app.',
  },
  keys: {
    about: {
      worker: {
        title: 'The worker’s keys',
        body: 'Open credentials, client secrets and sign-ins under way. No other process has them.',
      },
      gateway: {
        title: 'The gateway’s keys',
        body: 'Open the secrets webhooks are verified with, and no credential.',
      },
    },
    none: 'No process holds keys at the moment.',
    present: 'present',
    held: 'still opens',
    missing: 'not held',
    mayGo: 'may go',
    mayGoHint:
      'Nothing is sealed to it any more: take it out of the settings, or run npm run keys -- retire --yes.',
    missingHint:
      'Values are sealed to a key that no process holds. Put it back among the older keys.',
    progress: 'Sealing under the new key',
    progressUnit: 'values',
    waiting:
      'Processes seal to different keys at the moment. It begins once all of them have the new one.',
    refused: (count: number) =>
      count === 1
        ? 'One value could not be opened and was left as it is.'
        : `${count} values could not be opened and were left as they are.`,
    how: 'To change the keys: npm run keys -- rotate, then start Patchbay again. Everything is sealed to the new ones while it works.',
  },
  audit: {
    none: 'Nothing yet.',
    actions: {
      'workspaces.created': 'made the workspace',
      'members.joined': 'joined',
      'members.role_changed': 'changed a role',
      'members.removed': 'removed a member',
      'limits.changed': 'changed a limit',
      'mail.address_enabled': 'let an address be written to again',
      'invitations.created': 'invited somebody',
      'invitations.revoked': 'took an invitation back',
      'apps.saved': 'set up an app',
      'apps.webhook_saved': 'pasted the secret of an app’s webhooks',
      'apps.deleted': 'removed an app',
      'connections.created': 'connected a service',
      'connections.reconnected': 'reconnected a service',
      'connections.disconnect_asked': 'disconnected a service',
      'identity.account_linked': 'linked an account',
      'sessions.revoked': 'ended a session',
      'security.rotation_started': 'began to seal under a new key',
      'security.rotation_finished': 'sealed everything under the new key',
      'security.sealed_value_refused': 'refused a sealed value that does not open',
    } as Record<string, string | undefined>,
  },
} as const;
