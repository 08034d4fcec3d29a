import { oneJsonEvent } from './webhook-descriptor.ts';
import type { PresetTable } from './webhook-preset.ts';

const steps = [
  'Add an endpoint with this address in the sender’s settings.',
  'Copy the endpoint’s signing secret and paste it here.',
] as const;

/** standardwebhooks.com and its elder brother, which many services send by. */
export const standardWebhooks = {
  standard_webhooks: {
    title: 'Standard Webhooks',
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
      event: { from: 'body', paths: [['type'], ['event']] },
    },
    secretLabel: 'Signing secret (whsec_…)',
    steps,
    answerWithinMs: 15_000,
    docsUrl:
      'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
    proves: 'body',
    source: 'sdk',
    withheld: null,
  },
  standard_webhooks_v1a: {
    title: 'Standard Webhooks, public key',
    descriptor: {
      ...oneJsonEvent,
      scheme: {
        kind: 'ed25519',
        key: 'whpk',
        signed: '{header:webhook-id}.{timestamp}.{body}',
        encoding: 'base64',
        offered: { as: 'list', headers: ['webhook-signature'], separator: ' ', prefix: 'v1a,' },
        timestamp: {
          from: { in: 'header', name: 'webhook-timestamp' },
          unit: 's',
          toleranceMs: 300_000,
        },
      },
      delivery: { from: 'header', name: 'webhook-id' },
      event: { from: 'body', paths: [['type'], ['event']] },
    },
    secretLabel: 'Public key (whpk_…)',
    steps: [steps[0], 'Copy the endpoint’s public key and paste it here.'],
    answerWithinMs: 15_000,
    docsUrl:
      'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
    proves: 'body',
    source: 'docs',
    withheld: null,
  },
  svix: {
    title: 'Svix',
    descriptor: {
      ...oneJsonEvent,
      scheme: {
        kind: 'hmac',
        alg: 'sha256',
        key: 'whsec',
        signed: '{header:svix-id}.{timestamp}.{body}',
        encoding: 'base64',
        offered: { as: 'list', headers: ['svix-signature'], separator: ' ', prefix: 'v1,' },
        timestamp: {
          from: { in: 'header', name: 'svix-timestamp' },
          unit: 's',
          toleranceMs: 300_000,
        },
      },
      delivery: { from: 'header', name: 'svix-id' },
      event: { from: 'body', paths: [['type'], ['event']] },
    },
    secretLabel: 'Signing secret (whsec_…)',
    steps,
    answerWithinMs: 15_000,
    docsUrl: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
    proves: 'body',
    source: 'sdk',
    withheld: null,
  },
} as const satisfies PresetTable;
