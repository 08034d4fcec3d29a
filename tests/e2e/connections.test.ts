import { expect, type Page, test } from '@playwright/test';
import { listenForFaults, openPage, photograph, sandbox, signIn } from './acts.ts';
import { sharedHub } from './hub.ts';
import { ticketLogin } from './ticket-service.ts';

/** Services of every way of signing in, connected and let go by one person; told in order, like the story. */
test.describe
  .serial('somebody with several services', () => {
    let here: Page;
    let home = '';
    /** Where each connection's page is. */
    const pages: Record<string, string> = {};
    const faults: string[] = [];

    test.beforeAll(async ({ browser }) => {
      here = await (await browser.newContext()).newPage();
      listenForFaults(here, faults);
      await signIn(here);
      home = new URL(here.url()).pathname;
    });
    test.afterAll(() => here.context().close());

    const open = (path: string) => openPage(here, `${home}${path}`);
    const catalogueCard = async (service: string) => {
      await open('/connections?connect=1');
      await here.getByRole('searchbox', { name: 'Search services' }).fill(service);
      return here
        .getByRole('dialog', { name: 'Connect a service' })
        .getByRole('listitem')
        .filter({ has: here.getByRole('heading', { name: service, exact: true }) });
    };
    const arrive = async (service: string) => {
      await here.waitForURL(/\/connections\/[0-9a-f-]{36}/);
      pages[service] = new URL(here.url()).pathname.slice(home.length);
    };
    const becomesLive = async (times = 1) => {
      await expect(here.getByText('live', { exact: true })).toHaveCount(times, { timeout: 60_000 });
    };
    const recordsOf = (service: string, kind: string) =>
      `/records?kind=${kind}&connection=${pages[service]?.split('/').at(-1)}`;
    /** Changes a field in the drawer of the record shown first. */
    const editFirst = async (field: string, value: string) => {
      await here.getByRole('grid', { name: 'Records' }).getByRole('row').nth(1).click();
      await here.getByRole('tab', { name: 'Fields' }).click();
      await here.getByRole('textbox', { name: field }).fill(value);
      await here.getByRole('button', { name: 'Save' }).click();
      await expect(
        here.locator('[data-stage="accepted"], [data-stage="echoed"]').first(),
      ).toBeVisible();
    };

    test('finds what can be connected, by its name and by what it holds', async () => {
      await open('/connections?connect=1');
      const dialog = here.getByRole('dialog', { name: 'Connect a service' });
      await expect(dialog.getByRole('heading', { level: 3 })).not.toHaveCount(0);
      await here.getByRole('searchbox', { name: 'Search services' }).fill('customers');
      await expect(dialog.getByRole('heading', { level: 3 })).toHaveText(['Stripe']);
      await photograph(here, 'services-found');
    });

    test('signs in at Linear, chooses a team and sees its issues arrive', async () => {
      await (await catalogueCard('Linear')).getByRole('button', { name: 'Connect Linear' }).click();
      await here.getByRole('button', { name: 'mara' }).click();
      await arrive('Linear');
      await expect(here.getByRole('button', { name: 'Keep in step Operations' })).toBeVisible();
      await photograph(here, 'linear-teams');
      await here.getByRole('button', { name: 'Keep in step Operations' }).click();
      await becomesLive();
      await expect(here.getByText('Operations', { exact: true })).toHaveCount(2); // stream and webhook
      await photograph(here, 'connection-oauth');
    });

    test('edits an issue and finds it in Linear', async () => {
      await open(recordsOf('Linear', 'task'));
      const title = `Edited in the hub at ${Date.now()}`;
      await editFirst('Title', title);
      const titles = async () =>
        (await sandbox('linear').call<{ title: string }[]>('GET', '/issues?team=OPS')).map(
          (issue) => issue.title,
        );
      await expect.poll(titles).toContain(title);
      await expect(here.locator('[data-stage="echoed"]').first()).toBeVisible();
      await photograph(here, 'record-linear');
    });

    test('reads under the field why a key was not taken, and connects Stripe with the right one', async () => {
      const card = await catalogueCard('Stripe');
      await card.getByRole('button', { name: 'Connect with a key' }).click();
      const field = here.getByRole('textbox', { name: 'Restricted or secret key' });
      await expect(field).toBeFocused();
      await photograph(here, 'key-form');
      await field.fill('a key');
      await expect(here.getByRole('alert')).toContainText('begins with rk_ or sk_');
      await field.fill('sk_test_ThisIsNoKeyOfAnybody');
      await here.getByRole('button', { name: 'Check and connect' }).click();
      await expect(field).toHaveAccessibleDescription(/does not accept/);
      await photograph(here, 'key-form-refused');

      const key = await copyKey();
      await field.fill(key);
      await here.getByRole('button', { name: 'Check and connect' }).click();
      await arrive('Stripe');
      await here.getByRole('button', { name: /^Keep in step/ }).click();
      await becomesLive();
      await here.getByRole('button', { name: 'Choose an account' }).click();
      await here.getByRole('radio', { name: 'Customers' }).click();
      await here.getByRole('button', { name: /^Keep in step/ }).click();
      await becomesLive(2);
      await expect(here.getByText(key)).toHaveCount(0);
      await photograph(here, 'connection-key');
    });

    /** As a person gets it: from the sandbox's own page. */
    const copyKey = async (): Promise<string> => {
      const other = await here.context().newPage();
      await openPage(other, '/sandbox/stripe');
      const key = await other.getByText(/^sk_test_\w+$/).innerText();
      await other.close();
      return key;
    };

    test('sees payments, and edits a customer so that Stripe has it', async () => {
      await open(recordsOf('Stripe', 'payment'));
      await expect(
        here.getByRole('grid', { name: 'Records' }).getByText('$').first(),
      ).toBeVisible();
      await photograph(here, 'records-payments');
      await open(recordsOf('Stripe', 'contact'));
      const name = `Named in the hub at ${Date.now()}`;
      await editFirst('Name', name);
      const names = async () =>
        (await sandbox('stripe').call<{ name: string }[]>('GET', '/objects/customers')).map(
          (customer) => customer.name,
        );
      await expect.poll(names).toContain(name);
      await photograph(here, 'record-customer');
    });

    test('lets the app into Slack and reads what was said there', async () => {
      const said = `Said in Slack at ${Date.now()}`;
      await saySomething(said);
      await (await catalogueCard('Slack')).getByRole('button', { name: 'Connect Slack' }).click();
      await here.getByRole('button', { name: 'Allow' }).click();
      await arrive('Slack');
      await here.getByRole('button', { name: 'Keep in step #incidents' }).click();
      await becomesLive();
      await photograph(here, 'connection-slack');
      await open(recordsOf('Slack', 'message'));
      await expect(here.getByRole('grid', { name: 'Records' }).getByText(said)).toBeVisible();
      await photograph(here, 'records-messages');
    });

    const saySomething = async (text: string) => {
      type Named = { id: string; name: string }[];
      const { channels, people } = (await sandbox('slack').status()) as Record<string, Named>;
      const channel = channels?.find(({ name }) => name === 'incidents')?.id;
      const user = people?.find(({ name }) => name === 'priya')?.id;
      await sandbox('slack').call('POST', '/act', { do: 'post', channel, user, text });
    };

    test('connects a service nobody wrote code for by user name and password', async () => {
      const service = 'JSON API with a password';
      const card = await catalogueCard(service);
      await card.getByRole('button', { name: 'Connect with a password' }).click();
      await here
        .getByRole('textbox', { name: 'Base address' })
        .fill(sharedHub().neighbours.tickets);
      await here.getByRole('textbox', { name: 'User name' }).fill(ticketLogin.username);
      await here.getByRole('textbox', { name: 'Path that says' }).fill('/me');
      const password = here.getByLabel('Password or token');
      await password.fill('not it');
      await here.getByRole('button', { name: 'Check and connect' }).click();
      await expect(password).toHaveAccessibleDescription(/refused \(who are you\?\)/);
      await photograph(here, 'password-form-refused');
      await password.fill(ticketLogin.password);
      await here.getByRole('button', { name: 'Check and connect' }).click();
      await arrive(service);
    });

    test('says what stands where in it, tries that and keeps it in step', async () => {
      const dialog = here.getByRole('dialog', { name: 'Define what to keep in step' });
      const lines = {
        Name: 'Harbour tickets',
        Path: '/tickets',
        'Where the list stands': 'tickets',
        Id: 'ref',
        'Last change': 'changed_at',
        'Parameter for “changed since”': 'changed_since',
        title: 'subject',
        state: 'status',
        labels: 'tags',
        'What the words for a state mean': 'open = open\nwaiting = in_progress\nclosed = done',
      };
      for (const [label, value] of Object.entries(lines)) {
        await dialog
          .getByRole('textbox', { name: new RegExp(`^${label}( ?optional)?$`) })
          .fill(value);
      }
      await dialog.getByRole('button', { name: 'Try it' }).click();
      await expect(dialog.getByText('24 on the first page can be read')).toBeVisible();
      await photograph(here, 'define-list');
      await dialog.getByRole('button', { name: /^Keep in step/ }).click();
      await becomesLive();
      await expect(here.getByText('no webhooks are taken from it').first()).toBeVisible();
      await photograph(here, 'connection-password');
      await open(recordsOf('JSON API with a password', 'task'));
      await expect(
        here.getByRole('grid', { name: 'Records' }).getByText('Crane 4 stands still').first(),
      ).toBeVisible();
    });

    test('finds what may be asked of each service, and whether it answers', async () => {
      await open('/system');
      await expect(here.getByRole('meter')).not.toHaveCount(0);
      const states = here.getByText('answers', { exact: true });
      await expect(states).toHaveCount(await here.getByRole('meter').count());
      await states.last().scrollIntoViewIfNeeded();
      await photograph(here, 'system-services');
    });

    test('sends a test mail and finds it in the mailbox', async () => {
      await open('/settings?tab=mail');
      await here.getByRole('button', { name: 'Send a test mail to me' }).click();
      await expect(here.getByText(/A test mail is on its way/)).toBeVisible();
      const subjects = async () =>
        (await sandbox('mail').call<{ subject: string }[]>('GET', '/mails')).map(
          (mail) => mail.subject,
        );
      await expect.poll(subjects).toContainEqual(expect.stringMatching(/test/i));
      await expect(here.getByText('sent', { exact: true }).first()).toBeVisible();
      await photograph(here, 'settings-mail');
      await open('/settings?tab=keys');
      await photograph(here, 'settings-keys');
    });

    test('disconnects Slack and keeps the receipt', async () => {
      await open(pages['Slack'] ?? '');
      await here.getByRole('button', { name: 'Disconnect' }).click();
      await here.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
      await expect(here.getByText('Receipt of the disconnection')).toBeVisible();
      await expect(here.getByText('The credential was erased here')).toBeVisible();
      await photograph(here, 'connection-disconnected');
    });

    test('finds all of it on the Board and in the list', async () => {
      await open('/connections');
      await expect(here.getByText('disconnected', { exact: true })).toBeVisible();
      await photograph(here, 'connections');
      await open('');
      await expect(here.getByText('Your Postgres').first()).toBeVisible();
      await photograph(here, 'board-services');
    });

    test('caused no error in the browser', () => {
      expect(faults).toEqual([]);
    });
  });
