import { type ConnectorManifest, oneJsonEvent } from '#lib/connectors/protocol/index';
import { genericCommon } from './manifest.ts';

/** Whoever can post a signed webhook. How it is signed stands at each address; this is the usual way. */
export const httpWebhookManifest = {
  ...genericCommon,
  name: 'http_webhook',
  provider: 'Signed webhook',
  summary:
    'Any service that posts events. It is told an address; what of an event is a record is said in a form.',
  auth: [{ kind: 'webhook' }],
  webhook: {
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
    events: [],
    registration: {
      mode: 'manual',
      per: 'connection',
      secretLabel: 'Signing secret',
      consoleUrl: null,
      steps: [
        'Add an endpoint with this address in the settings of the service.',
        'Where the service made the signing secret itself, paste it here; where it takes one, give it ours.',
      ],
    },
  },
  gaps: [
    'It listens and does not call: nothing that happened before can be read, and nothing is written.',
    'What a service never posts is never known here.',
    'An address that is not signed is shown in the inbox and changes no record.',
  ],
} satisfies ConnectorManifest;
