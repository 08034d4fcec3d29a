import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Mailbox } from './mailbox.ts';

/** Larger mails are refused. */
const mailBytes = 1_048_576;
/** How long a connection that says nothing is kept. */
const silenceMs = 30_000;

/**
 * What the local part of an address makes the server do, so that the ways a mail can fail can be
 * tried: `bounce@anywhere`, also `bounce+anything@anywhere`.
 */
export const refusals: Record<string, { reply: number; text: string; meaning: string }> = {
  bounce: { reply: 550, text: '5.1.1 No such mailbox here', meaning: 'nobody lives there' },
  busy: { reply: 451, text: '4.3.2 Busy, try again later', meaning: 'not now' },
  policy: { reply: 550, text: '5.7.1 Not wanted here', meaning: 'this mail is not taken' },
};

export interface MailServer {
  port: number;
  close(): Promise<void>;
}

/** SMTP on loopback, without TLS and without passwords: what arrives is kept and goes nowhere. */
export async function startMailServer(mailbox: Mailbox, port: number): Promise<MailServer> {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    hideENHANCEDSTATUSCODES: true,
    size: mailBytes,
    socketTimeout: silenceMs,
    disableReverseLookup: true,
    logger: false,
    onRcptTo: (address, _session, done) => {
      const [name = ''] = address.address.toLowerCase().split(/[+@]/);
      const refusal = Object.hasOwn(refusals, name) ? refusals[name] : undefined;
      done(refusal ? reply(refusal.reply, refusal.text) : null);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(reply(552, '5.3.4 Too large'));
        const { mailFrom, rcptTo } = session.envelope;
        mailbox
          .add({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString('utf8'),
          })
          .then(
            (kept) => done(null, `2.0.0 Kept as ${kept.id}`),
            () => done(reply(451, '4.3.0 The mail could not be kept')),
          );
      });
    },
  });
  // A peer that goes away in the middle is no reason to fall over.
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const reply = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });
