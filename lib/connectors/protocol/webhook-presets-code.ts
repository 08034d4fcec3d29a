import { oneJsonEvent } from './webhook-descriptor.ts';
import type { PresetTable } from './webhook-preset.ts';

/** Services where code and its issues live. */
export const codeWebhooks = {
  github: {
    title: 'GitHub',
    descriptor: {
      ...oneJsonEvent,
      scheme: {
        kind: 'hmac',
        alg: 'sha256',
        key: 'text',
        signed: '{body}',
        encoding: 'hex',
        offered: { as: 'whole', headers: ['x-hub-signature-256'], prefix: 'sha256=' },
        timestamp: null,
      },
      delivery: { from: 'header', name: 'x-github-delivery' },
      event: { from: 'header', name: 'x-github-event' },
      body: { as: 'json_or_form', jsonField: 'payload' },
    },
    secretLabel: 'Secret',
    steps: [
      'Open the repository’s or organisation’s Settings, then Webhooks, and add one.',
      'Paste the address as Payload URL, choose application/json, and make up a Secret.',
      'Paste the same secret here.',
    ],
    answerWithinMs: 10_000,
    docsUrl: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
    proves: 'body',
    source: 'sdk',
    withheld: null,
  },
  gitlab: {
    title: 'GitLab, signing token',
    descriptor: {
      ...oneJsonEvent,
      scheme: {
        kind: 'hmac',
        alg: 'sha256',
        key: 'whsec',
        signed: '{header:webhook-id}.{timestamp}.{body}',
        encoding: 'base64',
        offered: { as: 'list', headers: ['webhook-signature'], separator: ' ', prefix: 'v1,' },
        timestamp: {
          from: { in: 'header', name: 'webhook-timestamp' },
          unit: 's',
          toleranceMs: 300_000,
        },
      },
      delivery: { from: 'header', name: 'webhook-id' },
      // The header X-Gitlab-Event names it with blanks (“Push Hook”).
      event: { from: 'body', paths: [['object_kind'], ['event_name']] },
    },
    secretLabel: 'Signing token (whsec_…)',
    steps: [
      'Open the project’s or group’s Settings, then Webhooks, and add one with this address.',
      'Generate a signing token there and paste it here; it is shown once.',
    ],
    answerWithinMs: 10_000,
    docsUrl: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
    proves: 'body',
    source: 'docs',
    withheld: null,
  },
  gitlab_token: {
    title: 'GitLab, secret token',
    descriptor: {
      ...oneJsonEvent,
      scheme: { kind: 'token', from: { in: 'header', name: 'x-gitlab-token', prefix: '' } },
      delivery: { from: 'header', name: 'idempotency-key', isOptional: true },
      event: { from: 'body', paths: [['object_kind'], ['event_name']] },
    },
    secretLabel: 'Secret token',
    steps: [
      'Open the project’s or group’s Settings, then Webhooks, and add one with this address.',
      'Make up a Secret token of at least 20 characters, and paste the same one here.',
      'Where your GitLab offers a signing token, prefer that: this one says nothing of the body.',
    ],
    answerWithinMs: 10_000,
    docsUrl: 'https://docs.gitlab.com/user/project/integrations/webhooks/',
    proves: 'sender',
    source: 'docs',
    withheld: null,
  },
  linear: {
    title: 'Linear',
    descriptor: {
      ...oneJsonEvent,
      scheme: {
        kind: 'hmac',
        alg: 'sha256',
        key: 'text',
        signed: '{body}',
        encoding: 'hex',
        offered: { as: 'whole', headers: ['linear-signature'], prefix: '' },
        timestamp: {
          // The header says the same and is not signed.
          from: { in: 'body', path: ['webhookTimestamp'] },
          unit: 'ms',
          // Linear recommends a minute.
          toleranceMs: 60_000,
        },
      },
      delivery: { from: 'header', name: 'linear-delivery' },
      event: { from: 'header', name: 'linear-event' },
    },
    secretLabel: 'Signing secret',
    steps: [
      'Open Settings, then API, and add a webhook with this address.',
      'Copy its signing secret from the webhook’s page and paste it here.',
    ],
    answerWithinMs: 5_000,
    docsUrl: 'https://linear.app/developers/webhooks',
    proves: 'body',
    source: 'sdk',
    withheld: null,
  },
} as const satisfies PresetTable;
