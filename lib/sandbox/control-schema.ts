import { z } from 'zod';
import { faultsSchema } from './faults.ts';

const repoName = z.string().regex(/^[\w.-]+\/[\w.-]+$/);

export const tokenFilterSchema = z.strictObject({
  token: z.string().optional(),
  login: z.string().optional(),
  clientId: z.string().optional(),
});

export const activitySchema = z.strictObject({
  repo: repoName.default('northwind/api'),
  rate: z.number().positive().max(1_000).default(1),
  seed: z.int().default(7),
  seconds: z.number().positive().max(86_400).nullable().default(null),
  /** With `atOnce` this many actions without waiting; otherwise stop after so many. */
  count: z.int().min(1).max(100_000).nullable().default(null),
  atOnce: z.boolean().default(false),
});

export const actSchema = z.strictObject({
  as: z.string(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** As behind the API's base address, for example /repos/northwind/api/issues/3. */
  path: z.string().startsWith('/'),
  body: z.json().optional(),
});

export const newIssueSchema = z.strictObject({
  repo: repoName.default('northwind/api'),
  as: z.string().default('sam-whitfield'),
  title: z.string(),
  body: z.string().nullable().default(null),
  labels: z.array(z.string()).default([]),
  assignees: z.array(z.string()).default([]),
});

export const deletedIssueSchema = z.strictObject({
  repo: repoName.default('northwind/api'),
  number: z.int().min(1),
  as: z.string().default('mara-lindqvist'),
});

export const transferredIssueSchema = z.strictObject({
  repo: repoName.default('northwind/api'),
  number: z.int().min(1),
  to: repoName.default('northwind/web'),
  as: z.string().default('mara-lindqvist'),
});

export { faultsSchema };

export type ActivitySettings = z.input<typeof activitySchema>;
export type ActRequest = z.input<typeof actSchema>;
export type NewIssue = z.input<typeof newIssueSchema>;
export type TokenFilterInput = z.input<typeof tokenFilterSchema>;

/** An issue as it truly is, for comparing a copy with it field by field. */
export interface TrueIssue {
  id: number;
  node_id: string;
  number: number;
  title: string;
  body: string | null;
  state: string;
  state_reason: string | null;
  labels: string[];
  assignees: string[];
  milestone: string | null;
  user: string;
  comments: number;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
}
