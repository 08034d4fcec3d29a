import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import {
  connectGitHub,
  listenForFaults,
  openPage,
  photograph,
  repo,
  sandbox,
  signIn,
} from './acts.ts';
import { sharedHub } from './hub.ts';

/** The product's own story, told once in two browsers; each test goes on where the last one ended. */
test.describe
  .serial('a newcomer', () => {
    let first: BrowserContext;
    let second: BrowserContext;
    let here: Page;
    let there: Page;
    let home = '';
    const faults: string[] = [];

    test.beforeAll(async ({ browser }) => {
      [first, second] = await Promise.all([browser.newContext(), browser.newContext()]);
      [here, there] = await Promise.all([first.newPage(), second.newPage()]);
      for (const page of [here, there]) listenForFaults(page, faults);
    });
    test.afterAll(async () => {
      await first.close();
      await second.close();
    });

    test('signs in through the real flow and owns the instance', async () => {
      await here.goto(sharedHub().origin);
      await expect(here.getByRole('button', { name: /sandbox/i })).toBeVisible();
      await photograph(here, 'sign-in');
      await signIn(here);
      home = new URL(here.url()).pathname;
      await expect(here.getByText('Plug in the first service')).toBeVisible();
      await expect(here.locator('[data-live="live"]').first()).toBeVisible();
      await photograph(here, 'board-empty');
    });

    test('sees what will be on every empty page', async () => {
      for (const [path, words] of [
        ['connections', 'Nothing is connected yet'],
        ['records', 'No records yet'],
        ['inbox', 'No webhooks yet'],
      ] as const) {
        await here.goto(`${sharedHub().origin}${home}/${path}`);
        await expect(here.getByText(words)).toBeVisible();
        await photograph(here, `${path}-empty`);
      }
    });

    test('connects GitHub and watches the issues arrive under a progress bar', async () => {
      await here.goto(`${sharedHub().origin}${home}`);
      await connectGitHub(here);
      await expect(here.getByRole('progressbar')).toBeVisible();
      await expect(here.getByText('live', { exact: true }).first()).toBeVisible({
        timeout: 60_000,
      });
      const truth = await sandbox().issues(repo);
      await here.goto(`${sharedHub().origin}${home}/records`);
      await expect(here.getByText(`tasks · ${truth.length}`)).toBeVisible();
      await expect(here.getByRole('grid', { name: 'Records' })).toBeVisible();
    });

    test('sees an edit land in GitHub and in the other browser', async () => {
      await signIn(there);
      await there.goto(`${sharedHub().origin}${home}/records`);
      const grid = here.getByRole('grid', { name: 'Records' });
      await expect(there.locator('[data-live="live"]').first()).toBeVisible();
      await grid.focus();
      await here.keyboard.press('j');
      await here.keyboard.press('e');
      const field = here.getByRole('textbox', { name: 'Title' });
      const title = `Edited in the hub at ${Date.now()}`;
      await field.fill(title);
      await here.keyboard.press('Enter');
      await expect(grid.getByText(title)).toBeVisible();
      await expect(there.getByText(title)).toBeVisible();
      await expect(
        here.locator('[data-stage="accepted"], [data-stage="echoed"]').first(),
      ).toBeVisible();
      await expect
        .poll(async () => (await sandbox().issues(repo)).some((issue) => issue.title === title))
        .toBe(true);
      await expect(here.locator('[data-stage="echoed"]').first()).toBeVisible();
    });

    test('sees a change made in GitHub appear by itself in both', async () => {
      const row = here.getByRole('grid', { name: 'Records' }).getByRole('row').nth(3);
      const number = (
        await row.getByRole('gridcell').first().or(row.locator('td').first()).innerText()
      ).replace('#', '');
      const title = `Edited in GitHub at ${Date.now()}`;
      await sandbox().act({
        as: 'priya-raman',
        method: 'PATCH',
        path: `/repos/${repo}/issues/${number}`,
        body: { title },
      });
      await expect(here.getByText(title)).toBeVisible();
      await expect(there.getByText(title)).toBeVisible();
    });

    test('reads the reason when GitHub refuses, and finds the title as it was', async () => {
      const grid = here.getByRole('grid', { name: 'Records' });
      const row = grid.getByRole('row').nth(5);
      const before = (await row.locator('td').nth(1).innerText()).trim();
      await row.locator('td').nth(1).click();
      await here.getByRole('tab', { name: 'Fields' }).click();
      await here.getByRole('textbox', { name: 'Title' }).fill('');
      await here.getByRole('button', { name: 'Save' }).click();
      await here.getByRole('tab', { name: 'Journey' }).click();
      await expect(here.getByText(/did not take the edit, it was taken back/)).toBeVisible();
      await expect(row.locator('td').nth(1)).toHaveText(before);
      await photograph(here, 'record-refused');
      await here.keyboard.press('Escape');
    });

    const open = (path: string) => openPage(here, `${home}${path}`);

    test('finds every webhook in the Inbox, with its verdict', async () => {
      await sandbox().startActivity({ rate: 20, count: 15, seed: 7 });
      await open('/inbox');
      await expect(here.getByText('applied', { exact: true }).first()).toBeVisible();
      await photograph(here, 'inbox');
      await here.getByRole('row').nth(1).click();
      await expect(here.getByText('The signature is right.')).toBeVisible();
      await photograph(here, 'inbox-event');
    });

    test('finds a record with everything that happened to it', async () => {
      await open('/records');
      await expect(here.getByRole('row').nth(2)).toBeVisible();
      await photograph(here, 'records');
      await here.getByRole('row').nth(2).locator('td').nth(1).click();
      await expect(here.getByText('brought it in').first()).toBeVisible();
      await photograph(here, 'record');
    });

    test('finds the connection, and the catalogue beside it', async () => {
      await open('/connections');
      await here.getByRole('link', { name: /mara/i }).first().click();
      await expect(here.getByText('Webhooks: changes arrive as they happen')).toBeVisible();
      await photograph(here, 'connection');
      await open('/connections?connect=1');
      await expect(here.getByRole('button', { name: 'Connect GitHub' })).toBeVisible();
      await photograph(here, 'catalogue');
    });

    for (const tab of ['apps', 'members', 'sessions', 'audit']) {
      test(`finds its settings: ${tab}`, async () => {
        await open(`/settings?tab=${tab}`);
        await expect(here.getByRole('tab', { selected: true })).toBeVisible();
        await photograph(here, `settings-${tab}`);
      });
    }

    test('finds the state of every part', async () => {
      await open('/system');
      await expect(here.getByText('database', { exact: false }).first()).toBeVisible();
      await photograph(here, 'system');
    });

    test('watches the Board, and reads it as a table', async () => {
      await open('');
      await expect(here.getByText('Your Postgres').first()).toBeVisible();
      await photograph(here, 'board');
      await open('?view=table');
      await expect(here.getByRole('table')).toBeVisible();
      await photograph(here, 'board-table');
    });

    test('caused no error in either browser', () => {
      expect(faults).toEqual([]);
    });
  });
