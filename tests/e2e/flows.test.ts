import { expect, type Page, test } from '@playwright/test';
import type { Stream } from '#lib/sync/schema';
import { connectGitHub, listenForFaults, openPage, photograph, sandbox, signIn } from './acts.ts';
import { sharedHub } from './hub.ts';

const repo = 'northwind/web';
const flowName = 'Portal and operations';

interface LinearIssue {
  id: string;
  identifier: string;
  title: string;
}

/** Two services kept the same by somebody who watches all three: left, the hub, right. */
test.describe
  .serial('somebody with two trackers', () => {
    test.describe.configure({ timeout: 400_000 });
    let here: Page;
    let left: Page;
    let right: Page;
    let home = '';
    let streamId = '';
    const faults: string[] = [];

    test.beforeAll(async ({ browser }) => {
      const context = await browser.newContext();
      [here, left, right] = await Promise.all([
        context.newPage(),
        context.newPage(),
        context.newPage(),
      ]);
      listenForFaults(here, faults);
      await signIn(here);
      home = new URL(here.url()).pathname;
    });
    test.afterAll(() => here.context().close());

    const open = (path: string) => openPage(here, `${home}${path}`);
    const linear = () => sandbox('linear');
    const linearIssues = () => linear().call<LinearIssue[]>('GET', '/issues?team=OPS');
    const titlesLeft = async () => (await sandbox().issues(repo)).map(({ title }) => title);
    const titlesRight = async () => (await linearIssues()).map(({ title }) => title);

    /** As the page itself asks. */
    const ask = <T>(method: string, path: string, body?: unknown): Promise<T> =>
      here.evaluate(
        async (call) => {
          const answer = await fetch(`/api/v1${call.path}`, {
            method: call.method,
            headers: { 'content-type': 'application/json' },
            ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
          });
          if (!answer.ok) throw new Error(`${call.path}: ${answer.status} ${await answer.text()}`);
          return answer.json() as Promise<never>;
        },
        { method, path, body },
      ) as Promise<T>;

    const editLeft = (number: number, body: Record<string, string>) =>
      sandbox().act({
        as: 'mara-lindqvist',
        method: 'PATCH',
        path: `/repos/${repo}/issues/${number}`,
        body,
      });
    const editRight = (id: string, input: Record<string, string>) =>
      linear().call('POST', '/act', {
        as: 'tobias',
        query:
          'mutation ($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }',
        variables: { id, input },
      });
    const rightOf = async (title: string): Promise<LinearIssue> => {
      const issue = (await linearIssues()).find((one) => one.title === title);
      if (!issue) throw new Error(`Linear has no “${title}”`);
      return issue;
    };

    /** One picture of the film: the same moment at GitHub, in the hub and at Linear. */
    async function film(name: string, number: number, issue: LinearIssue): Promise<void> {
      const origin = new URL(sharedHub().sandbox.url).origin;
      await left.goto(`${origin}/sandbox/github/${repo}/issues/${number}`);
      await right.goto(`${origin}/sandbox/linear/northwind/issue/${issue.identifier}`);
      for (const [side, page] of Object.entries({ left, hub: here, right })) {
        await page.setViewportSize({ width: 760, height: 720 });
        await page.screenshot({ path: `test-results/screens/film-${name}-${side}.png` });
      }
      await here.setViewportSize({ width: 1440, height: 900 });
    }

    /** One issue with both its places, found by its title. */
    let number = 0;
    let mine: LinearIssue = { id: '', identifier: '', title: '' };

    const connectionOf = async (name: string) =>
      (await ask<{ data: { id: string; connector: string }[] }>('GET', '/connections')).data.find(
        ({ connector }) => connector === name,
      );

    test('follows a repository and a team', async () => {
      // The stories before this one leave both connected; alone it begins with nothing.
      if (!(await connectionOf('github'))) await connectGitHub(here);
      if (!(await connectionOf('linear'))) {
        await open('/connections?connect=1');
        await here.getByRole('button', { name: 'Connect Linear' }).click();
        await here.getByRole('button', { name: 'mara' }).click();
        await here.getByRole('button', { name: 'Keep in step Operations' }).click();
      }
      const github = await connectionOf('github');
      const stream = await ask<Stream>('POST', '/streams', {
        connection_id: github?.id,
        resource: 'issues',
        scope_key: repo,
      });
      streamId = stream.id;
      await expect
        .poll(async () => {
          const { data } = await ask<{ data: Stream[] }>(
            'GET',
            `/streams?connection_id=${github?.id}`,
          );
          return data.find(({ id }) => id === streamId)?.phase;
        })
        .toBe('live');
      const team = await connectionOf('linear');
      await expect
        .poll(async () => {
          const { data } = await ask<{ data: Stream[] }>(
            'GET',
            `/streams?connection_id=${team?.id}`,
          );
          return data[0]?.phase;
        })
        .toBe('live');
    });

    test('reads what a flow is, and begins one', async () => {
      await open('/flows');
      await expect(here.getByText('No streams are kept the same yet')).toBeVisible();
      await photograph(here, 'flows-empty');
      await here.getByRole('link', { name: 'New flow' }).first().click();
      await here.getByRole('checkbox', { name: new RegExp(repo) }).check();
      await here.getByRole('checkbox', { name: /Operations/ }).check();
      await here.getByRole('textbox', { name: 'Name' }).fill(flowName);
      await expect(here.getByText('What travels where')).toBeVisible();
      await expect(here.getByText('Suggestions are being made')).toHaveCount(0);
      await photograph(here, 'flow-editor');
    });

    test('leaves labels and people where they are, and previews', async () => {
      for (const field of ['Labels', 'Assignees']) {
        const ways = here.getByRole('radiogroup', { name: new RegExp(`^${field}: direction`) });
        await expect(ways).toHaveCount(2);
        for (const way of await ways.all()) {
          await way.getByRole('radio', { name: 'Does not travel' }).click();
        }
      }
      await here.getByRole('radio', { name: 'The first side’s value stands' }).click();
      await here.getByRole('button', { name: 'Save and preview' }).click();
      await expect(here.getByText('Ready', { exact: true })).toBeVisible();
      await expect(here.getByText('Flows delete nothing')).toHaveCount(0);
      await photograph(here, 'flow-plan');
      expect(await titlesRight()).toHaveLength(70);
    });

    test('enables exactly that, and finds both sides equal', async () => {
      await here.getByRole('button', { name: 'Enable' }).click();
      await photograph(here, 'flow-enable');
      await here
        .getByRole('dialog')
        .or(here.getByRole('alertdialog'))
        .getByRole('button', { name: 'Enable' })
        .click();
      await expect(here.getByText('The flow is live')).toBeVisible({ timeout: 120_000 });
      await photograph(here, 'flow-enabled');
      const flowId = /flows\/([0-9a-f-]{36})/.exec(here.url())?.[1];
      await expect
        .poll(
          async () => (await ask<{ data: unknown[] }>('GET', `/flows/${flowId}/creations`)).data,
          {
            timeout: 120_000,
          },
        )
        .toEqual([]);
      expect((await titlesRight()).toSorted()).toEqual((await titlesLeft()).toSorted());
      await open('/flows');
      await expect(here.getByText(flowName)).toBeVisible();
      await photograph(here, 'flows');
      await here.getByRole('link', { name: flowName }).first().click();
      await expect(here.getByRole('heading', { name: 'Sides' })).toBeVisible();
      await photograph(here, 'flow');
    });

    test('sees an edit cross from GitHub over the hub to Linear', async () => {
      const [issue] = (await sandbox().issues(repo)).filter(({ state }) => state === 'open');
      number = issue?.number ?? 0;
      mine = await rightOf(issue?.title ?? '');
      await open(`/records?q=${encodeURIComponent(issue?.title ?? '')}`);
      await here.getByRole('row').nth(1).locator('td').nth(1).click();
      await film('1-before', number, mine);
      const title = 'The portal forgets the chosen language';
      await editLeft(number, { title });
      await expect(here.getByText(title).first()).toBeVisible();
      await expect.poll(titlesRight).toContain(title);
      await film('2-crossed', number, mine);
    });

    test('decides where both sides changed the same words', async () => {
      const slow = { deliveries: { delay: 1, delayMs: 4_000, seed: 3 } };
      await sandbox().setFaults(slow);
      await linear().setFaults(slow);
      await Promise.all([
        editLeft(number, { title: 'The portal forgets the language after a payment' }),
        editRight(mine.id, { title: 'Language is lost on the way to the invoice' }),
      ]);
      await sandbox().clearFaults();
      await linear().clearFaults();
      await open('/conflicts');
      const card = here.getByRole('article').first();
      await expect(card.getByRole('heading', { name: 'title' })).toBeVisible({ timeout: 60_000 });
      await photograph(here, 'conflicts');
      await film('3-conflict', number, mine);
      const standing = await card.getByRole('button', { name: /Take theirs/ }).isEnabled();
      expect(standing).toBe(true);
      await card.getByRole('button', { name: /Take theirs/ }).click();
      await expect(here.getByText('No conflicts')).toBeVisible();
      await expect
        .poll(async () => {
          const there = (await linearIssues()).find(({ id }) => id === mine.id)?.title;
          const issue = (await sandbox().issues(repo)).find((one) => one.number === number);
          return there === issue?.title;
        })
        .toBe(true);
      await film('4-resolved', number, mine);
    });

    test('takes a change back, at both sides', async () => {
      const before = 'The portal forgets the chosen language';
      const now = (await sandbox().issues(repo)).find((one) => one.number === number)?.title ?? '';
      await open(`/records?q=${encodeURIComponent(now)}`);
      await here.getByRole('row').nth(1).locator('td').nth(1).click();
      await here.getByRole('tab', { name: 'Journey' }).click();
      await here.getByRole('button', { name: /^Undo/ }).first().click();
      await photograph(here, 'record-undo');
      await here.getByRole('dialog').last().getByRole('button', { name: 'Take it back' }).click();
      await expect(here.getByText('The change was taken back')).toBeVisible();
      await expect
        .poll(async () => {
          const there = (await linearIssues()).find(({ id }) => id === mine.id)?.title;
          const issue = (await sandbox().issues(repo)).find((one) => one.number === number);
          return there === issue?.title && there !== now;
        })
        .toBe(true);
      expect(before).not.toBe(now);
      await film('5-undone', number, mine);
    });

    test('is asked before many records are deleted at once', async () => {
      const before = (await titlesRight()).length;
      await sandbox().setFaults({ deliveries: { drop: 1, seed: 1 } });
      const gone = (await sandbox().issues(repo))
        .filter((one) => one.number !== number)
        .slice(0, 30);
      for (const issue of gone) await sandbox().deleteIssue({ repo, number: issue.number });
      await sandbox().clearFaults();
      const run = await ask<{ id: string }>('POST', `/streams/${streamId}/runs`, {
        kind: 'reconcile',
      });
      await open(`/runs/${run.id}`);
      await expect(here.getByText(/This sweep would delete 30 of/).first()).toBeVisible({
        timeout: 120_000,
      });
      await photograph(here, 'run-asks');
      await film('6-asked', number, mine);
      await here.getByRole('button', { name: 'Cancel the sweep' }).click();
      await expect(here.getByText('cancelled', { exact: true }).first()).toBeVisible();
      expect(await titlesRight()).toHaveLength(before);
    });

    test('finds the flow on the Board', async () => {
      await open('');
      await expect(here.getByRole('link', { name: new RegExp(flowName) })).toBeVisible();
      await photograph(here, 'board-flow');
    });

    test('caused no error in the browser', () => {
      expect(faults).toEqual([]);
    });
  });
