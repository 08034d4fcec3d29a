import { defineConfig } from 'vitest/config';

const serverOnly = new URL('node_modules/server-only/empty.js', import.meta.url).pathname;
const resolve = { alias: { 'server-only': serverOnly, '@': import.meta.dirname } };

/**
 * unit: no network, no clock, no database. integration and contract: a real PostgreSQL 17, one
 * template database per worker (tests/setup/postgres.ts starts it). architecture: reads the tree.
 * system: the whole hub as `npm start` runs it, one after the other.
 * real, real-redis: against services that are installed for it (`npm run test:real`), no part of `npm test`.
 */
export default defineConfig({
  resolve,
  test: {
    projects: [
      {
        resolve,
        test: { name: 'unit', include: ['tests/unit/**/*.test.{ts,tsx}'], testTimeout: 30_000 },
      },
      {
        resolve,
        test: {
          name: 'architecture',
          include: ['tests/architecture/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', 'tests/contract/**/*.test.ts'],
          globalSetup: ['tests/setup/postgres.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        resolve,
        test: {
          name: 'real',
          include: ['tests/real/**/*.test.ts'],
          exclude: ['tests/real/redis-*.test.ts'],
          globalSetup: ['tests/setup/postgres.ts', 'tests/real/redmine-global.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        resolve,
        test: {
          name: 'real-redis',
          include: ['tests/real/redis-*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'system',
          include: ['tests/system/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 420_000,
        },
      },
    ],
  },
});
