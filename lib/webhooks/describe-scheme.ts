import { randomBytes } from 'node:crypto';
import {
  oneJsonEvent,
  type WebhookDescriptor,
  webhookDescriptorSchema,
} from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import type { OwnScheme } from './listening-shape.ts';

/** Parts of a descriptor, as the fields of the form are called. */
const fieldOf: Record<string, string> = {
  'scheme.signed': 'template',
  'scheme.timestamp': 'timestamp_header',
  'scheme.offered': 'header',
  'delivery.name': 'id_header',
  'event.name': 'event_header',
};

/** The descriptor of a way of signing that a person described, or `request.invalid` by field. */
export function describeOwn(own: OwnScheme): WebhookDescriptor {
  const read = webhookDescriptorSchema.safeParse({
    ...oneJsonEvent,
    scheme: {
      kind: 'hmac',
      alg: own.alg,
      key: 'text',
      signed: own.template,
      encoding: own.encoding,
      offered: { as: 'whole', headers: [own.header], prefix: own.prefix },
      timestamp:
        own.timestamp_header === undefined
          ? null
          : {
              from: { in: 'header', name: own.timestamp_header },
              unit: own.timestamp_unit,
              toleranceMs: own.tolerance_seconds * 1_000,
            },
    },
    delivery:
      own.id_header === undefined
        ? { from: 'none' }
        : { from: 'header', name: own.id_header, isOptional: true },
    event: eventFact(own),
  });
  if (read.success) return read.data;
  throw refused(
    read.error.issues.map(({ path, message }) => {
      const place = path.map(String).join('.');
      const known = Object.keys(fieldOf).find((start) => place.startsWith(start));
      return {
        field: `signing.own.${known === undefined ? place : (fieldOf[known] ?? place)}`,
        reason: message,
      };
    }),
  );
}

export const describeNothing = (eventPath: string | undefined): WebhookDescriptor => ({
  ...oneJsonEvent,
  scheme: { kind: 'none' },
  delivery: { from: 'none' },
  event: eventFact({ event_path: eventPath }),
});

function eventFact(at: {
  event_header?: string | undefined;
  event_path?: string | undefined;
}): WebhookDescriptor['event'] {
  if (at.event_header !== undefined) {
    return { from: 'header', name: at.event_header, isOptional: true };
  }
  if (at.event_path !== undefined) return { from: 'body', paths: [at.event_path.split('.')] };
  return { from: 'body', paths: [['type'], ['event']] };
}

/** The service sends its secret along with its first call; a person then says that it is the one. */
export const bringsSecret = ({ handshakes }: WebhookDescriptor): boolean =>
  handshakes.some(({ brings }) => brings !== null);

const secretBytes = 32;

/** Whether a secret may be ours: public keys and key sets are the service's own. */
export const canMake = (descriptor: WebhookDescriptor): boolean =>
  !bringsSecret(descriptor) &&
  (descriptor.scheme.kind === 'hmac' || descriptor.scheme.kind === 'token');

/** 32 bytes of chance in the form the scheme reads; null where only the service can make one. */
export function makeSecret({ scheme }: WebhookDescriptor): string | null {
  const bytes = randomBytes(secretBytes);
  if (scheme.kind === 'token') return bytes.toString('hex');
  if (scheme.kind !== 'hmac') return null;
  if (scheme.key === 'whsec') return `whsec_${bytes.toString('base64')}`;
  return bytes.toString(scheme.key === 'base64' ? 'base64' : 'hex');
}

const secretChars = { least: 8, most: 10_000 };

/** What was pasted, without the line end that often comes along; PEM has lines of its own. */
export function readSecret({ scheme }: WebhookDescriptor, pasted: string): string {
  const secret = pasted.trim();
  const mayHaveLines = scheme.kind === 'rsa' || scheme.kind === 'ecdsa' || scheme.kind === 'jwt';
  const allowed = mayHaveLines ? /^[\x20-\x7e\r\n]+$/ : /^[\x21-\x7e]+$/;
  const reason =
    secret.length < secretChars.least || secret.length > secretChars.most
      ? `has not between ${secretChars.least} and ${secretChars.most} characters`
      : !allowed.test(secret) && 'holds more than visible ASCII characters';
  if (reason) throw refused([{ field: 'secret', reason }]);
  return secret;
}

export const refused = (errors: { field: string; reason: string }[]): HubError =>
  new HubError('request.invalid', 'The form cannot be taken as it is.', { details: { errors } });

export const provesOf = ({ scheme }: WebhookDescriptor): 'body' | 'sender' | 'nothing' =>
  scheme.kind === 'none' ? 'nothing' : 'signed' in scheme ? 'body' : 'sender';
