import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { generateKeyPair } from '#lib/security/index';

const pair = z.object({
  publicKey: z.string(),
  privateKey: z.string(),
  /** Private keys it had before; they open until everything is sealed to the present one. */
  older: z.array(z.string()).default([]),
});
const app = z.object({ clientId: z.string(), clientSecret: z.string() });

const schema = z.object({
  worker: pair,
  gateway: pair,
  nextAuthSecret: z.string(),
  gatewayToken: z.string(),
  /** Files from before it existed get one with each start. */
  workerSecret: z.string().default(() => token()),
  sandbox: z.object({ controlToken: z.string(), signIn: app, connecting: app }),
});

/** Made once for this folder; whoever reads the file can open every credential. */
export type Secrets = z.infer<typeof schema>;

const token = () => randomBytes(32).toString('base64url');
const makeApp = () => ({
  clientId: `sandbox-${randomBytes(8).toString('hex')}`,
  clientSecret: token(),
});

/** The app of a sandbox service that came later: made from what the file holds, the same each time. */
export function sandboxApp({ sandbox }: Secrets, provider: string): z.infer<typeof app> {
  const derive = (what: string) =>
    createHmac('sha256', sandbox.controlToken).update(`${provider} ${what}`).digest('base64url');
  return {
    clientId: `sandbox-${provider}-${derive('client id').slice(0, 12)}`,
    clientSecret: derive('client secret'),
  };
}

export function makeSecrets(): Secrets {
  return {
    worker: { ...generateKeyPair(), older: [] },
    gateway: { ...generateKeyPair(), older: [] },
    nextAuthSecret: token(),
    gatewayToken: token(),
    workerSecret: token(),
    sandbox: { controlToken: token(), signIn: makeApp(), connecting: makeApp() },
  };
}

export function readSecrets(stateDir: string): Secrets {
  const file = join(stateDir, 'secrets.json');
  if (existsSync(file)) return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const made = makeSecrets();
  writeSecrets(stateDir, made);
  return made;
}

/** Written beside and renamed: a crash leaves either the file as it was or a whole new one. */
export function writeSecrets(stateDir: string, secrets: Secrets): void {
  const file = join(stateDir, 'secrets.json');
  writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
