import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { ControlClient } from '#lib/sandbox/index';
import { sharedHub } from './hub.ts';

export const repo = 'northwind/api';
/** An admin of the sandbox's repository, who may register webhooks. */
export const owner = 'mara-lindqvist';

/** The switches of one of the sandbox's services: what is true there. GitHub's without a name. */
export const sandbox = (service?: string): ControlClient => {
  const { url, controlToken } = sharedHub().sandbox;
  return new ControlClient(new URL(url).origin, controlToken, service);
};

/** What the page's console and scripts complain of, from now on. */
export function listenForFaults(page: Page, faults: string[]): void {
  const note = (fault: string) => faults.push(`${page.url()}: ${fault}`);
  page.on('pageerror', (error) => note(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      note(message.text());
  });
}

/** Goes to a page of the hub and waits until it is no longer loading. */
export async function openPage(page: Page, path: string): Promise<void> {
  await page.goto(`${sharedHub().origin}${path}`);
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
}

/** Through the real sign-in flow, as whoever is named. */
export async function signIn(page: Page, login = owner): Promise<void> {
  await page.goto(`${sharedHub().origin}/`);
  await page.getByRole('button', { name: /sandbox/i }).click();
  await page.getByRole('button', { name: new RegExp(login) }).click();
  await page.waitForURL(/\/w\//);
}

/** Connects the sandbox's GitHub and chooses the repository; ends on the connection's page. */
export async function connectGitHub(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Connect a service' }).first().click();
  await page.getByRole('button', { name: 'Connect GitHub' }).click();
  await page.getByRole('button', { name: new RegExp(owner) }).click();
  await page.waitForURL(/\/connections\/[0-9a-f-]{36}/);
  await page.getByRole('button', { name: `Keep in step ${repo}` }).click();
}

const standards = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Nothing for a screen reader or a keyboard to stumble over; in another scheme only colours differ. */
export async function expectAccessible(
  page: Page,
  what: string,
  looksAt: 'everything' | 'colours' = 'everything',
): Promise<void> {
  const axe = new AxeBuilder({ page });
  const rules = looksAt === 'colours' ? axe.withRules(['color-contrast']) : axe.withTags(standards);
  const { violations } = await rules.analyze();
  expect(
    violations.map(
      (violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(' ')}`,
    ),
    what,
  ).toEqual([]);
}

const shots = 'test-results/screens';

/** The page as three people see it: light, dark, and on a phone. */
export async function photograph(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${shots}/${name}-${colorScheme}.png` });
    const looksAt = colorScheme === 'light' ? 'everything' : 'colours';
    await expectAccessible(page, `${name}, ${colorScheme}`, looksAt);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: `${shots}/${name}-390.png` });
  await expectAccessible(page, `${name}, phone`);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name} fits a phone`).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
}
