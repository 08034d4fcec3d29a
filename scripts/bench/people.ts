import { rmSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright';
import { ControlClient } from '#lib/sandbox/index';
import { type RunningHub, startHub } from '../../tests/e2e/hub.ts';
import { owner, Person, repo } from '../../tests/system/person.ts';
import { chromium as installedChromium } from '../test/debian.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Tall enough for rows that each wait a second between two changes at 20 a second. */
const viewport = { width: 1440, height: 1600 };

export function openBrowser(): Promise<Browser> {
  const executablePath = installedChromium();
  return chromium.launch({ args: flags, ...(executablePath ? { executablePath } : {}) });
}

/** A window of its own, as another person's browser has one. */
export const openPage = async (browser: Browser): Promise<Page> =>
  (await browser.newContext({ viewport })).newPage();

export async function signIn(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/`);
  await page.getByRole('button', { name: /sandbox/i }).click();
  await page.getByRole('button', { name: new RegExp(owner) }).click();
  await page.waitForURL(/\/w\//);
}

/** By hand, as a newcomer does it; ends on the connection's page with the backfill begun. */
export async function connectByHand(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Connect a service' }).first().click();
  await page.getByRole('button', { name: 'Connect GitHub' }).click();
  await page.getByRole('button', { name: new RegExp(owner) }).click();
  await page.waitForURL(/\/connections\/[0-9a-f-]{36}/);
  await page.getByRole('button', { name: `Keep in step ${repo}` }).click();
}

/** Shows the records, live; answers the issue numbers of the rows on the screen. */
export async function openRecords(page: Page, origin: string): Promise<number[]> {
  const home = new URL(page.url()).pathname.split('/').slice(0, 3).join('/');
  await page.goto(`${origin}${home}/records`);
  await page.locator('[data-live="live"]').first().waitFor();
  const grid = page.getByRole('grid', { name: 'Records' });
  await grid.getByRole('row').nth(5).waitFor();
  const texts = await grid.getByRole('row').allInnerTexts();
  return texts.flatMap((text) => /#(\d+)/.exec(text)?.slice(1, 2).map(Number) ?? []);
}

/** A hub with the repository in step. */
export interface BenchHub {
  hub: RunningHub;
  sandbox: ControlClient;
  person: Person;
}

export async function openHub(): Promise<BenchHub> {
  const hub = await startHub();
  const sandbox = new ControlClient(new URL(hub.sandbox.url).origin, hub.sandbox.controlToken);
  const person = await Person.signIn(hub.origin);
  await person.untilLive(await person.keepInStep());
  return { hub, sandbox, person };
}

export async function closeHub({ hub }: BenchHub): Promise<void> {
  await hub.stop();
  rmSync(hub.stateDir, { recursive: true, force: true });
}
