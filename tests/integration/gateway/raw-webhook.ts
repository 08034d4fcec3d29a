import { githubHeaders, type InboxFixture } from '../webhooks/inbox-fixture.ts';

/** Headers that replace what GitHub sends, or leave it out. */
export type Overrides = Record<string, string | undefined>;
export interface Answer {
  status: number;
  code: string;
}

export const bytesOf = (body: string | Buffer): Buffer =>
  typeof body === 'string' ? Buffer.from(body, 'utf8') : body;

/** The bytes of a request, signed and framed as asked. `length: null` leaves the length out. */
export function requestBytes(
  inbox: Pick<InboxFixture, 'secret' | 'endpointId'>,
  body: string | Buffer,
  {
    overrides = {},
    length,
    method = 'POST',
    sent = body,
    connection = 'close',
  }: {
    overrides?: Overrides;
    length?: number | null;
    method?: string;
    sent?: string | Buffer;
    connection?: 'close' | 'keep-alive';
  } = {},
): Buffer {
  const headers = githubHeaders(inbox.secret, body, overrides);
  const framing = length === null ? [] : [`content-length: ${length ?? bytesOf(body).length}`];
  const lines = [
    `${method} /api/webhooks/github/${inbox.endpointId} HTTP/1.1`,
    'host: localhost',
    `connection: ${connection}`,
    ...framing,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytesOf(sent)]);
}

/** Status and code of an answer as it came over a socket. */
export function readAnswer(answer: string): Answer {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const code = /"code":"([a-z0-9_.]+)"/.exec(rest.join('\r\n\r\n'))?.[1] ?? '';
  return { status, code };
}
