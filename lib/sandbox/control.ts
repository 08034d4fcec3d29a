import { Hono } from 'hono';
import { z } from 'zod';
import type { Activity } from './activity.ts';
import {
  activitySchema,
  actSchema,
  deletedIssueSchema,
  faultsSchema,
  newIssueSchema,
  type TrueIssue,
  tokenFilterSchema,
  transferredIssueSchema,
} from './control-schema.ts';
import { deleteIssue, transferIssue } from './delete-issue.ts';
import { actAs } from './people-actions.ts';
import { ProviderError } from './provider-error.ts';
import type { RequestLog } from './request-log.ts';
import type { IssueRow } from './rows.ts';
import { expireTokens, revokeTokens } from './tokens.ts';
import type { World } from './world.ts';

export interface ControlParts {
  world: World;
  activity: Activity;
  log: RequestLog;
  reset(): Promise<void>;
}

/** GitHub's switches. The control token was checked before, and proxies turned away. */
export function createControl(parts: ControlParts): Hono {
  const { world, activity, log } = parts;
  const app = new Hono().basePath('/sandbox/control');
  app.onError((error) => {
    if (error instanceof z.ZodError) {
      return Response.json({ error: z.prettifyError(error) }, { status: 422 });
    }
    if (error instanceof ProviderError) return error.response();
    return Response.json({ error: error.message }, { status: 500 });
  });
  app.get('/status', (c) => c.json(status(parts)));
  app.get('/requests', (c) => c.json(log.entries()));
  app.delete('/requests', (c) => {
    log.clear();
    return c.body(null, 204);
  });
  app.get('/deliveries', (c) => c.json(world.tables.deliveries.all()));
  app.post('/reset', async (c) => {
    await parts.reset();
    return c.json(status(parts));
  });
  faultRoutes(app, world);
  tokenRoutes(app, world);
  issueRoutes(app, world);
  activityRoutes(app, activity);
  return app;
}

function status({ world, activity }: ControlParts): Record<string, unknown> {
  const { tables } = world;
  return {
    repositories: tables.repos.all().map((repo) => ({
      name: repo.full_name,
      issues: tables.issues.findBy('repo_id', repo.id).length,
      open: repo.open_issues_count,
      hooks: tables.hooks.findBy('repo_id', repo.id).length,
    })),
    people: tables.users.all().map((user) => user.login),
    tokens: tables.tokens.count(),
    pendingDeliveries: world.deliveries.pending,
    faults: world.faults.read(),
    hourlyLimit: world.rates.cap,
    activity: activity.state,
  };
}

function faultRoutes(app: Hono, world: World): void {
  const read = (): Record<string, unknown> => ({
    ...world.faults.read(),
    hourlyLimit: world.rates.cap,
  });
  app.get('/faults', (c) => c.json(read()));
  app.post('/faults', async (c) => {
    const settings = faultsSchema.parse(await c.req.json());
    world.faults.set(settings);
    if (settings.hourlyLimit !== undefined) world.rates.cap = settings.hourlyLimit;
    return c.json(read());
  });
  app.delete('/faults', (c) => {
    world.faults.clear();
    world.rates.cap = null;
    return c.json(read());
  });
}

function tokenRoutes(app: Hono, world: World): void {
  app.post('/tokens/expire', async (c) => {
    const filter = tokenFilterSchema.parse(await c.req.json());
    return c.json({ tokens: expireTokens(world, filter) });
  });
  app.post('/tokens/revoke', async (c) => {
    const filter = tokenFilterSchema.parse(await c.req.json());
    return c.json({ tokens: revokeTokens(world, filter) });
  });
}

function issueRoutes(app: Hono, world: World): void {
  app.get('/issues', (c) => {
    const repo = world.tables.repos.findOneBy('full_name', c.req.query('repo') ?? 'northwind/api');
    const rows = repo ? world.tables.issues.findBy('repo_id', repo.id) : [];
    return c.json(rows.sort((a, b) => a.number - b.number).map((row) => trueIssue(world, row)));
  });
  app.post('/issues', async (c) => {
    const { repo, as, ...issue } = newIssueSchema.parse(await c.req.json());
    const answer = await actAs(world, as, 'POST', `/repos/${repo}/issues`, issue);
    return Response.json(answer.json, { status: answer.status });
  });
  app.post('/issues/delete', async (c) => {
    await deleteIssue(world, deletedIssueSchema.parse(await c.req.json()));
    return c.json({});
  });
  app.post('/issues/transfer', async (c) => {
    const wanted = transferredIssueSchema.parse(await c.req.json());
    return c.json(await transferIssue(world, wanted));
  });
  app.post('/act', async (c) => {
    const { as, method, path, body } = actSchema.parse(await c.req.json());
    const answer = await actAs(world, as, method, path, body);
    return Response.json({ status: answer.status, json: answer.json });
  });
}

function trueIssue({ tables }: World, row: IssueRow): TrueIssue {
  const { id, node_id, number, title, body, state, state_reason, comments } = row;
  const { created_at, updated_at, closed_at } = row;
  return {
    id,
    node_id,
    number,
    title,
    body,
    state,
    state_reason,
    labels: row.label_ids.flatMap((label) => tables.labels.get(label)?.name ?? []),
    assignees: row.assignee_ids.flatMap((user) => tables.users.get(user)?.login ?? []),
    milestone:
      row.milestone_id === null ? null : (tables.milestones.get(row.milestone_id)?.title ?? null),
    user: tables.users.get(row.user_id)?.login ?? 'ghost',
    comments,
    created_at,
    updated_at,
    closed_at,
  };
}

function activityRoutes(app: Hono, activity: Activity): void {
  app.get('/activity', (c) => c.json(activity.state));
  app.post('/activity', async (c) => {
    const { atOnce, ...plan } = activitySchema.parse(await c.req.json());
    if (atOnce) return c.json(await activity.burst(plan, plan.count ?? 1));
    activity.start(plan);
    return c.json(activity.state);
  });
  app.delete('/activity', (c) => {
    activity.stop();
    return c.json(activity.state);
  });
}
