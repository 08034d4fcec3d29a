import type { Hono } from 'hono';
import { findRepo, permissionOf } from './access.ts';
import { needsAuthentication, notFound } from './provider-error.ts';
import type { RestEnv } from './rest.ts';
import type { World } from './world.ts';

/** Routes about people that emulate lacks or answers for the wrong person. */
export function accountRoutes(app: Hono<RestEnv>, world: World): void {
  const { tables } = world;
  app.get('/user/emails', (c) => {
    const user = c.env.call.principal?.user;
    if (!user) throw needsAuthentication();
    const rows = tables.emails.findBy('user_id', user.id);
    return c.json(
      rows.map(({ email, primary, verified }) => ({
        email,
        primary,
        verified,
        visibility: primary ? 'private' : null,
      })),
    );
  });

  app.get('/rate_limit', (c) => {
    const numbers = world.rates.numbers(rateKey(c.env.call.principal?.user.login));
    return c.json({ resources: { core: numbers }, rate: numbers });
  });

  app.get('/repos/:owner/:repo/assignees/:login?', (c) => {
    const repo = findRepo(tables, c.env.call.path);
    if (!repo) throw notFound();
    const login = c.req.param('login');
    const assignable = tables.users
      .all()
      .filter((user) => user.type === 'User' && mayBeAssigned(world, user.login, repo.id));
    if (login === undefined) {
      return c.json(
        assignable.map(({ login: name, id, node_id, type }) => ({
          login: name,
          id,
          node_id,
          type,
        })),
      );
    }
    if (!assignable.some((user) => user.login === login)) throw notFound();
    return c.body(null, 204);
  });
}

export const rateKey = (login: string | undefined): string => login ?? '(anonymous)';

/** People with any right of their own in the repository; being able to read a public one is not enough. */
export function mayBeAssigned(world: World, login: string, repoId: number): boolean {
  const repo = world.tables.repos.get(repoId);
  const user = world.tables.users.findOneBy('login', login);
  if (!repo || !user) return false;
  const own = world.tables.collaborators
    .findBy('repo_id', repo.id)
    .some((row) => row.user_id === user.id);
  return own || permissionOf(world.tables, user, repo) === 'admin';
}
