import { Hono } from 'hono';
import { z } from 'zod';
import { Faults } from '../faults.ts';
import type { DoubleModule } from '../provider-double.ts';
import { answerMailPage } from './mail-pages.ts';
import { startMailServer } from './mail-server.ts';
import { Mailbox } from './mailbox.ts';

const settingsSchema = z.strictObject({
  /** Of the SMTP server; 0 picks a free one. */
  port: z.int().min(0).max(65_535).default(0),
});

/** The mail server of the sandbox: SMTP in, pages out. */
export const mailDouble: DoubleModule = {
  name: 'mail',
  async start({ clock, dataDir, settings }) {
    const { port } = settingsSchema.parse(settings);
    const mailbox = new Mailbox(dataDir, clock);
    await mailbox.open();
    const server = await startMailServer(mailbox, port);
    const control = new Hono().basePath('/sandbox/control/mail');
    control.get('/status', (c) => c.json({ port: server.port, mails: mailbox.all().length }));
    control.get('/mails', (c) => c.json(mailbox.all()));
    control.delete('/mails', async (c) => {
      await mailbox.clear();
      return c.body(null, 204);
    });
    return {
      name: 'mail',
      title: 'Mailbox',
      summary: 'Mails the hub has sent: invitations, links to sign in by, alerts.',
      faults: new Faults(),
      answer: (request) => answerMailPage(mailbox, request.method, new URL(request.url).pathname),
      control: (request) => control.fetch(request),
      close: () => server.close(),
    };
  },
};
