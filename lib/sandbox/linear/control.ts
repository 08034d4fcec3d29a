import type { Hono } from 'hono';
import { z } from 'zod';
import { createDoubleControl } from '../double-control.ts';
import { identifierOf, stateOf } from './access.ts';
import { activitySchema, type linearActivity } from './activity.ts';
import { endFamily, matchingGrants } from './grants.ts';
import { runAs } from './graphql-endpoint.ts';
import type { IssueRow } from './rows.ts';
import { limitsSchema } from './settings.ts';
import type { LinearWorld } from './world.ts';

const grantFilterSchema = z.strictObject({
  /** The handle of a person. */
  login: z.string().optional(),
  token: z.string().optional(),
  clientId: z.string().optional(),
});

const actSchema = z.strictObject({
  /** The handle of the person. */
  as: z.string(),
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).default({}),
});

/** The switches of the double: tokens, meters, what was delivered, and what is true. */
export function createLinearControl(
  world: LinearWorld,
  activity: ReturnType<typeof linearActivity>,
  reset: () => Promise<void>,
): Hono {
  const { tables } = world;
  const app = createDoubleControl({
    name: 'linear',
    faults: world.faults,
    reset,
    status: () => ({
      teams: tables.teams.all().map((team) => ({
        id: team.uuid,
        key: team.key,
        issues: tables.issues.findBy('teamUuid', team.uuid).length,
        webhooks: tables.webhooks.findBy('teamUuid', team.uuid).length,
      })),
      grants: tables.grants.count((row) => !row.spent),
      pendingDeliveries: world.sender.pending,
      limits: world.meters.limits,
      mutations: world.meters.mutations,
      activity: activity.state,
    }),
  });
  app.post('/tokens/expire', async (c) => {
    const rows = matchingGrants(world, grantFilterSchema.parse(await c.req.json()));
    for (const row of rows) tables.grants.update(row.id, { accessEndsMs: 0 });
    return c.json({ tokens: rows.length });
  });
  app.post('/tokens/revoke', async (c) => {
    const rows = matchingGrants(world, grantFilterSchema.parse(await c.req.json()));
    for (const row of rows) endFamily(world, row.family);
    return c.json({ tokens: rows.length });
  });
  app.post('/limits', async (c) => {
    world.meters.limits = limitsSchema.parse(await c.req.json());
    return c.json(world.meters.limits);
  });
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
  app.get('/deliveries', (c) => c.json(tables.attempts.all()));
  app.get('/webhooks', (c) =>
    c.json(tables.webhooks.all().map((hook) => ({ ...hook, secret: null }))),
  );
  app.get('/issues', (c) => {
    const team = tables.teams.findOneBy('key', c.req.query('team') ?? 'ENG');
    const rows = team ? tables.issues.findBy('teamUuid', team.uuid) : [];
    return c.json(rows.map((row) => trueIssue(world, row)));
  });
  app.post('/act', async (c) => {
    const { as, query, variables } = actSchema.parse(await c.req.json());
    const person = tables.people.findOneBy('displayName', as);
    if (!person) return c.json({ error: `The sandbox knows nobody called ${as}` }, 422);
    const caller = { person, scopes: null, meter: `control:${person.uuid}` };
    return Response.json(await runAs(world, caller, { query, variables }));
  });
  return app;
}

/** An issue as it truly is, for comparing a copy with it field by field. */
function trueIssue(world: LinearWorld, row: IssueRow): Record<string, unknown> {
  const { tables } = world;
  const parent = tables.issues.findOneBy('uuid', row.parentUuid);
  return {
    id: row.uuid,
    identifier: identifierOf(world, row),
    title: row.title,
    description: row.description,
    state: stateOf(world, row).name,
    stateType: stateOf(world, row).type,
    priority: row.priority,
    assignee: tables.people.findOneBy('uuid', row.assigneeUuid)?.displayName ?? null,
    labels: row.labelUuids.flatMap((id) => tables.labels.findOneBy('uuid', id)?.name ?? []),
    parent: parent ? identifierOf(world, parent) : null,
    dueDate: row.dueDate,
    trashed: row.trashed,
    archived: row.archivedTime !== null,
    updatedAt: row.updated_at,
  };
}
