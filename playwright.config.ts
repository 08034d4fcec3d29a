import { defineConfig } from '@playwright/test';
import { chromium } from './scripts/test/debian.ts';

const executablePath = chromium();

/**
 * The running hub in a real browser. One hub for all files (tests/e2e/global-setup.ts starts it in a
 * state of its own), hence one worker: the story is told in order, and first, since it begins with nothing.
 * `--no-deps --project connections` (or `events`, `flows`) runs one of the others alone.
 */
export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  globalSetup: './tests/e2e/global-setup.ts',
  workers: 1,
  projects: [
    { name: 'story', testMatch: 'story.test.ts' },
    { name: 'connections', testMatch: 'connections.test.ts', dependencies: ['story'] },
    { name: 'events', testMatch: 'events.test.ts', dependencies: ['connections'] },
    { name: 'flows', testMatch: 'flows.test.ts', dependencies: ['events'] },
  ],
  timeout: 240_000,
  expect: { timeout: 30_000 },
  use: {
    trace: 'retain-on-failure',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
