import { oneJsonEvent } from './webhook-descriptor.ts';
import type { PresetTable } from './webhook-preset.ts';

/** Services people talk by. */
export const talkWebhooks = {
  slack: {
    title: 'Slack',
    descriptor: {
      scheme: {
        kind: 'hmac',
        alg: 'sha256',
        key: 'text',
        signed: 'v0:{timestamp}:{body}',
        encoding: 'hex',
        offered: { as: 'whole', headers: ['x-slack-signature'], prefix: 'v0=' },
        timestamp: {
          from: { in: 'header', name: 'x-slack-request-timestamp' },
          unit: 's',
          toleranceMs: 300_000,
        },
      },
      delivery: { from: 'body', paths: [['event_id'], ['trigger_id']] },
      event: { from: 'body', paths: [['event', 'type'], ['type'], ['command']] },
      items: null,
      // Events are JSON; commands are a form, interactions a form with JSON in it.
      body: { as: 'json_or_form', jsonField: 'payload' },
      // https://docs.slack.dev/reference/events/url_verification
      handshakes: [
        {
          when: { has: 'body', path: ['type'], equals: 'url_verification' },
          isSigned: true,
          answer: { as: 'text', path: ['challenge'] },
          brings: null,
        },
      ],
    },
    secretLabel: 'Signing secret',
    steps: [
      'Open your app at api.slack.com and copy the signing secret from Basic Information.',
      'Paste it here first: Slack asks at once whether we are there, and signs that question.',
      'Under Event Subscriptions turn events on and paste the address as Request URL.',
    ],
    answerWithinMs: 3_000,
    docsUrl: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
    proves: 'body',
    source: 'docs',
    withheld: null,
  },
  discord: {
    title: 'Discord',
    descriptor: {
      ...oneJsonEvent,
      scheme: {
        kind: 'ed25519',
        key: 'hex',
        signed: '{timestamp}{body}',
        encoding: 'hex',
        offered: { as: 'whole', headers: ['x-signature-ed25519'], prefix: '' },
        timestamp: {
          from: { in: 'header', name: 'x-signature-timestamp' },
          unit: 's',
          toleranceMs: 300_000,
        },
      },
      delivery: {
        from: 'body_joined',
        paths: [
          ['event', 'type'],
          ['event', 'timestamp'],
        ],
      },
      event: { from: 'body', paths: [['event', 'type'], ['type']] },
      // https://docs.discord.com/developers/events/webhook-events : a ping of events is type 0.
      handshakes: [
        {
          when: { has: 'body', path: ['type'], equals: 0 },
          isSigned: true,
          answer: { as: 'empty', status: 204 },
          brings: null,
        },
      ],
    },
    secretLabel: 'Public key',
    steps: [
      'Open your application in Discord’s developer portal and copy its Public Key from General Information.',
      'Paste it here first: Discord tries the address at once, once rightly and once wrongly signed.',
      'Under Webhooks paste the address as Endpoint URL, turn events on and choose them.',
    ],
    answerWithinMs: 3_000,
    docsUrl: 'https://docs.discord.com/developers/events/webhook-events',
    proves: 'body',
    source: 'sdk',
    withheld: null,
  },
  discord_interactions: {
    title: 'Discord, interactions',
    descriptor: {
      ...oneJsonEvent,
      scheme: {
        kind: 'ed25519',
        key: 'hex',
        signed: '{timestamp}{body}',
        encoding: 'hex',
        offered: { as: 'whole', headers: ['x-signature-ed25519'], prefix: '' },
        timestamp: {
          from: { in: 'header', name: 'x-signature-timestamp' },
          unit: 's',
          toleranceMs: 300_000,
        },
      },
      delivery: { from: 'body', paths: [['id']] },
      event: { from: 'body', paths: [['data', 'name'], ['type']] },
      handshakes: [
        {
          when: { has: 'body', path: ['type'], equals: 1 },
          isSigned: true,
          answer: { as: 'json_number', key: 'type', number: 1 },
          brings: null,
        },
      ],
    },
    secretLabel: 'Public key',
    steps: [
      'Open your application in Discord’s developer portal and copy its Public Key.',
      'Paste it here, then the address there as Interactions Endpoint URL.',
    ],
    answerWithinMs: 3_000,
    docsUrl: 'https://docs.discord.com/developers/interactions/overview',
    proves: 'body',
    source: 'sdk',
    withheld:
      'Discord wants each interaction answered with what to show; we answer that it was kept.',
  },
  twilio: {
    title: 'Twilio',
    descriptor: {
      scheme: {
        kind: 'hmac',
        alg: 'sha1',
        key: 'text',
        signed: '{url}{form_sorted}',
        encoding: 'base64',
        offered: { as: 'whole', headers: ['x-twilio-signature'], prefix: '' },
        timestamp: null,
        urlForm: 'with_and_without_port',
        bodyHashParam: 'bodySHA256',
      },
      delivery: { from: 'header', name: 'i-twilio-idempotency-token', isOptional: true },
      event: { from: 'body', paths: [['MessageStatus'], ['CallStatus'], ['SmsStatus']] },
      items: null,
      body: { as: 'json_or_form', jsonField: null },
      handshakes: [],
    },
    secretLabel: 'Auth token',
    steps: [
      'Copy the primary Auth Token from the Twilio console’s account page and paste it here.',
      'Paste the address where messages or calls of your number are configured, sent by POST.',
      'Twilio signs the address as it was pasted: copy it exactly.',
    ],
    answerWithinMs: 15_000,
    docsUrl: 'https://www.twilio.com/docs/usage/security#validating-requests',
    proves: 'body',
    source: 'sdk',
    withheld: null,
  },
  sendgrid: {
    title: 'SendGrid events',
    descriptor: {
      scheme: {
        kind: 'ecdsa',
        key: 'spki',
        signed: '{timestamp}{body}',
        encoding: 'base64',
        offered: {
          as: 'whole',
          headers: ['x-twilio-email-event-webhook-signature'],
          prefix: '',
        },
        timestamp: {
          from: { in: 'header', name: 'x-twilio-email-event-webhook-timestamp' },
          unit: 's',
          toleranceMs: 600_000,
        },
      },
      delivery: { from: 'none' },
      event: { from: 'none' },
      items: {
        path: [],
        id: { paths: [['sg_event_id']], isJoined: false },
        event: { paths: [['event']], isJoined: false },
      },
      body: { as: 'json', jsonField: null },
      handshakes: [],
    },
    secretLabel: 'Verification key',
    steps: [
      'Open Settings, then Mail Settings, then Event Webhooks, and add one with this address.',
      'Turn on Signed Event Webhook, save, and copy the verification key here.',
    ],
    answerWithinMs: null,
    docsUrl:
      'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
    proves: 'body',
    source: 'sdk',
    withheld: null,
  },
  zoom: {
    title: 'Zoom',
    descriptor: {
      ...oneJsonEvent,
      scheme: {
        kind: 'hmac',
        alg: 'sha256',
        key: 'text',
        signed: 'v0:{timestamp}:{body}',
        encoding: 'hex',
        offered: { as: 'whole', headers: ['x-zm-signature'], prefix: 'v0=' },
        timestamp: {
          from: { in: 'header', name: 'x-zm-request-timestamp' },
          unit: 's',
          toleranceMs: 300_000,
        },
      },
      delivery: { from: 'none' },
      event: { from: 'body', paths: [['event']] },
      // Asked again every 72 hours.
      handshakes: [
        {
          when: { has: 'body', path: ['event'], equals: 'endpoint.url_validation' },
          isSigned: true,
          answer: {
            as: 'json_hmac',
            path: ['payload', 'plainToken'],
            plainKey: 'plainToken',
            hmacKey: 'encryptedToken',
          },
          brings: null,
        },
      ],
    },
    secretLabel: 'Secret token',
    steps: [
      'Open your app in Zoom’s marketplace and copy the Secret Token from its Feature or Access page.',
      'Paste it here first, then add an event subscription with this address and press Validate.',
    ],
    answerWithinMs: 3_000,
    docsUrl: 'https://developers.zoom.us/docs/api/webhooks/',
    proves: 'body',
    source: 'docs',
    withheld: null,
  },
} as const satisfies PresetTable;
