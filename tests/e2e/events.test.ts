import { createHmac, randomUUID } from 'node:crypto';
import { expect, type Page, test } from '@playwright/test';
import { Webhook } from 'standardwebhooks';
import { listenForFaults, openPage, photograph, signIn } from './acts.ts';
import { sharedHub } from './hub.ts';
import { answerWith, heardAt } from './listener.ts';

const service = 'Signed webhook';

/** An order as the shop posts it. */
const order = (id: string, name: string) => ({
  type: 'order.created',
  data: { order: { ref: id, name, stage: 'packing', at: new Date().toISOString() } },
});

/** Signed by the rules of standardwebhooks.com. */
function signedOrder(secret: string, payload: unknown, secondsAgo = 0) {
  const id = `msg_${randomUUID()}`;
  const body = JSON.stringify(payload);
  const at = Math.floor(Date.now() / 1000) - secondsAgo;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,${mac}`,
    },
    body,
  };
}

/** A shop that only posts events, and a warehouse that wants to hear of them; told in order. */
test.describe
  .serial('somebody whose shop posts events', () => {
    let here: Page;
    let home = '';
    let address = '';
    let secret = '';
    /** The warehouse's. */
    let tellingSecret = '';
    const faults: string[] = [];

    test.beforeAll(async ({ browser }) => {
      here = await (await browser.newContext()).newPage();
      listenForFaults(here, faults);
      await signIn(here);
      home = new URL(here.url()).pathname;
    });
    test.afterAll(() => here.context().close());

    const open = (path: string) => openPage(here, `${home}${path}`);
    const copied = (label: string) =>
      here.getByRole('button', { name: `Copy ${label}` }).getAttribute('title');
    const post = async (payload: unknown, by = secret) =>
      (await fetch(address, signedOrder(by, payload))).status;
    const rows = () => here.getByRole('grid').getByRole('row');
    const listener = () => sharedHub().neighbours.listener;

    test('gets an address for it, and a secret that is shown once', async () => {
      await open('/connections?connect=1');
      await here.getByRole('searchbox', { name: 'Search services' }).fill(service);
      await here.getByRole('button', { name: 'Get an address' }).click();
      await here.getByRole('textbox', { name: 'Name' }).fill('Shop orders');
      await here.getByRole('combobox', { name: 'Service' }).click();
      await here
        .getByRole('option', { name: /Standard Webhooks/ })
        .first()
        .click();
      await photograph(here, 'listen-form');
      await here.getByRole('button', { name: 'Get the address' }).click();
      const url = await copied('Address to paste at the service');
      const made = await copied('Signing secret');
      address = url?.split(': ').slice(1).join(': ') ?? '';
      secret = made?.split(': ').slice(1).join(': ') ?? '';
      expect(address).toMatch(/^http.*\/api\/webhooks\/http_webhook\//);
      expect(secret.length).toBeGreaterThan(20);
      await photograph(here, 'listen-made');
      await here.getByRole('button', { name: 'To the connection' }).click();
      await here.waitForURL(/\/connections\/[0-9a-f-]{36}/);
      await here.keyboard.press('Escape');
      await expect(here.getByText('waiting for the first event')).toBeVisible();
    });

    test('reads why a request was refused', async () => {
      const other = `whsec_${Buffer.from(randomUUID()).toString('base64')}`;
      expect(await post(order('1', 'Lamp'), other)).toBe(401);
      const late = signedOrder(secret, order('1', 'Lamp'), 4_000);
      expect((await fetch(address, late)).status).toBe(401);
      // As a proxy does that parses what it passes on.
      const rewritten = signedOrder(secret, order('1', 'Lamp'));
      rewritten.body = JSON.stringify(JSON.parse(rewritten.body), null, 2);
      expect((await fetch(address, rewritten)).status).toBe(401);
      await open('/inbox?view=refused');
      await expect(here.getByText(/The body was re-serialised/).first()).toBeVisible();
      await photograph(here, 'inbox-refused');
      await rows().nth(1).click();
      await expect(here.getByText('What is probably the matter')).toBeVisible();
      await photograph(here, 'inbox-diagnosis');
    });

    test('sees events arrive, and kept as long as nobody has said what they are', async () => {
      for (const n of [1, 2, 3]) expect(await post(order(`O-${n}`, `Lamp no. ${n}`))).toBe(200);
      await open('/inbox');
      await expect(here.getByText('kept', { exact: true }).first()).toBeVisible();
      await rows().nth(1).click();
      await expect(here.getByText('The signature is right.')).toBeVisible();
      await photograph(here, 'inbox-event');
    });

    test('says what of an event is a record, and tries it on those that came', async () => {
      await open('/connections');
      await here.getByRole('link', { name: /Shop orders/ }).click();
      await here.getByRole('button', { name: 'Define a list' }).first().click();
      const dialog = here.getByRole('dialog', { name: 'Define what to keep in step' });
      const lines = {
        Name: 'Orders',
        'Where the object stands': 'data.order',
        Id: 'ref',
        'Last change': 'at',
        title: 'name',
        raw_state: 'stage',
      };
      for (const [label, value] of Object.entries(lines)) {
        await dialog
          .getByRole('textbox', { name: new RegExp(`^${label}( ?optional)?$`) })
          .fill(value);
      }
      await dialog.getByRole('button', { name: 'Try it' }).click();
      await expect(dialog.getByText(/3 in the last events can be read/)).toBeVisible();
      await photograph(here, 'define-events');
      await dialog.getByRole('button', { name: /^Keep in step/ }).click();
      await expect(dialog).toBeHidden();
      await photograph(here, 'connection-listening');
    });

    test('applies once more what was kept, and finds the records', async () => {
      await open('/inbox?status=ignored&connector=http_webhook');
      await expect(rows()).not.toHaveCount(1);
      await here.getByRole('button', { name: 'Replay these' }).click();
      await expect(here.getByRole('dialog').getByText(/3 events match/)).toBeVisible();
      await photograph(here, 'inbox-replay');
      await here
        .getByRole('dialog')
        .getByRole('button', { name: /^Replay/ })
        .click();
      await expect(here.getByText('3 applied', { exact: false })).toBeVisible();
      await photograph(here, 'inbox-replays');
      await open('/records?kind=task');
      await here.getByRole('searchbox').first().fill('Lamp no. 2');
      await expect(
        here.getByRole('grid', { name: 'Records' }).getByText('Lamp no. 2'),
      ).toBeVisible();
    });

    test('tells a warehouse of it: the form shows what would be said', async () => {
      await open('/deliveries');
      await photograph(here, 'deliveries-empty');
      await here.getByRole('button', { name: 'New subscription' }).first().click();
      const dialog = here.getByRole('dialog', { name: 'New subscription' });
      await dialog.getByRole('textbox', { name: 'Name' }).fill('Warehouse');
      const url = dialog.getByRole('textbox', { name: 'Address' });
      await url.fill('http://169.254.169.254/latest/meta-data');
      await expect(dialog.getByRole('alert').first()).toBeVisible();
      await photograph(here, 'subscription-refused');
      await url.fill(`${listener()}/orders`);
      await expect(dialog.getByText(/of the last .* changes would be told/)).toBeVisible();
      await expect(dialog.getByRole('alert')).toHaveCount(0);
      await photograph(here, 'subscription-form');
      await dialog.getByRole('button', { name: 'Make it' }).click();
      const once = here.getByRole('dialog', { name: 'Copy the secret now' });
      tellingSecret = (await copied('the secret'))?.split(': ').slice(1).join(': ') ?? '';
      await photograph(here, 'subscription-secret');
      await once.getByRole('button', { name: 'I have copied it' }).click();
      await expect(once).toBeHidden();
    });

    test('has each change delivered, signed so that the official library takes it', async () => {
      expect(await post(order('O-4', 'Lamp no. 4'))).toBe(200);
      const told = async () =>
        (await heardAt(listener())).filter(({ body }) => body.includes('Lamp no. 4'));
      await expect.poll(async () => (await told()).length).toBe(1);
      const [first] = await told();
      const verified = new Webhook(tellingSecret).verify(first?.body ?? '', first?.headers ?? {});
      expect(verified).toMatchObject({ type: 'record.created' });
      await open('/deliveries?view=deliveries');
      await expect(here.getByText('Delivered', { exact: true }).first()).toBeVisible();
      await photograph(here, 'deliveries');
    });

    test('sees a delivery fail, why, and sends it again', async () => {
      await answerWith(listener(), 500);
      expect(await post(order('O-5', 'Lamp no. 5'))).toBe(200);
      await open('/deliveries?view=deliveries');
      await expect(here.getByText('Will be tried again', { exact: true }).first()).toBeVisible();
      await rows().nth(1).click();
      await expect(here.getByText(/the warehouse is closed/).first()).toBeVisible();
      await photograph(here, 'delivery-failed');
      await answerWith(listener(), 204);
      await here.getByRole('button', { name: 'Send again' }).click();
      const arrived = async () =>
        (await heardAt(listener())).filter(
          ({ body, answered }) => answered === 204 && body.includes('Lamp no. 5'),
        );
      await expect.poll(async () => (await arrived()).length).toBe(1);
      await expect(here.getByText('Delivered', { exact: true }).first()).toBeVisible();
      await photograph(here, 'delivery-landed');
      await open('/deliveries');
      await here.getByRole('grid').getByText('Warehouse').click();
      await photograph(here, 'subscription');
    });

    test('finds the queues at rest', async () => {
      await open('/system');
      await photograph(here, 'system-queues');
      await open('/inbox?view=dead');
      await photograph(here, 'inbox-dead');
      await open('/settings?tab=limits');
      await photograph(here, 'settings-limits');
    });

    test('caused no error in the browser', () => {
      expect(faults).toEqual([]);
    });
  });
