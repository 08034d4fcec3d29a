import { Hono } from 'hono';
import { z } from 'zod';
import { type Faults, faultsSchema } from './faults.ts';

export interface DoubleSwitches {
  name: string;
  faults: Faults;
  status(): Record<string, unknown>;
  reset(): Promise<void>;
}

/**
 * The switches every double has below `/sandbox/control/<name>`: status, faults, reset. A double adds
 * its own routes to what this returns. The control token was checked before.
 */
export function createDoubleControl(switches: DoubleSwitches): Hono {
  const { name, faults } = switches;
  const app = new Hono().basePath(`/sandbox/control/${name}`);
  app.onError((error) => {
    const status = error instanceof z.ZodError ? 422 : 500;
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
    return Response.json({ error: message }, { status });
  });
  app.get('/status', (c) => c.json({ ...switches.status(), faults: faults.read() }));
  app.post('/reset', async (c) => {
    await switches.reset();
    return c.json(switches.status());
  });
  app.get('/faults', (c) => c.json(faults.read()));
  app.post('/faults', async (c) => {
    faults.set(faultsSchema.parse(await c.req.json()));
    return c.json(faults.read());
  });
  app.delete('/faults', (c) => {
    faults.clear();
    return c.json(faults.read());
  });
  return app;
}
