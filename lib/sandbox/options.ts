import { z } from 'zod';

/** Where an OAuth app may send people back to. */
const redirectUri = z.url({ protocol: /^https?$/ });

export const appSchema = z.strictObject({
  /** Which provider of the sandbox knows this app. */
  provider: z.string().min(1).max(40).default('github'),
  clientId: z.string().min(1).max(200),
  clientSecret: z.string().min(8).max(400),
  name: z.string().min(1).max(100),
  /** Addresses that must match to the letter. */
  redirectUris: z.array(redirectUri).max(20).default([]),
  /** Paths that are good on any loopback host and port: the hub's port is chosen at start. */
  loopbackPaths: z
    .array(z.string().regex(/^\/[\w./-]*$/))
    .max(20)
    .default([]),
  /** GitHub's "expire user authorization tokens"; falls back to the sandbox's own setting. */
  expiringTokens: z.boolean().optional(),
});

export const seedSchema = z.strictObject({
  /** The same number gives the same repository. */
  random: z.int().default(20_240),
  /** Issues in northwind/api. */
  issues: z.int().min(0).max(20_000).default(520),
  /** Issues in northwind/web. */
  webIssues: z.int().min(0).max(2_000).default(40),
});

export const lifetimeSchema = z.strictObject({
  /** GitHub: eight hours. */
  accessSeconds: z.int().min(1).default(28_800),
  /** GitHub: half a year. */
  refreshSeconds: z.int().min(1).default(15_897_600),
});

export type OauthApp = z.output<typeof appSchema>;
export type SeedOptions = z.output<typeof seedSchema>;
export type Lifetimes = z.output<typeof lifetimeSchema>;
