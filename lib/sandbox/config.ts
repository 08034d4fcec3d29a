import { z } from 'zod';
import { appSchema } from './options.ts';

/** An environment variable that holds JSON. */
const json = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  }, schema);

const environmentSchema = z.object({
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535),
  /** Where the mailbox takes mail. */
  SANDBOX_MAIL_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  SANDBOX_DATA_DIR: z.string().min(1),
  SANDBOX_CONTROL_TOKEN: z.string().min(16),
  SANDBOX_APPS: json(z.array(appSchema)).default([]),
  SANDBOX_EXPIRING_TOKENS: z.enum(['0', '1', 'true', 'false']).default('0'),
  /** Where people reach the pages: the gateway's origin. */
  SANDBOX_PUBLIC_ORIGIN: z.url({ protocol: /^https?$/ }).optional(),
  PATCHBAY_PRODUCTION: z.string().optional(),
});

export interface SandboxConfig {
  port: number;
  dataDir: string;
  controlToken: string;
  apps: z.input<typeof appSchema>[];
  expiringTokens: boolean;
  publicOrigin: string | null;
  /** By the name of the provider. */
  settings: Record<string, unknown>;
}

/** Reads the process's settings, or throws one sentence that names what is wrong. */
export function readConfig(
  environment: Record<string, string | undefined> = process.env,
): SandboxConfig {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) throw new Error(`Sandbox settings: ${z.prettifyError(parsed.error)}`);
  const { data } = parsed;
  if (data.PATCHBAY_PRODUCTION === '1') {
    throw new Error(
      'The sandbox hands out tokens without a password; it does not run in production.',
    );
  }
  const { SANDBOX_PUBLIC_ORIGIN: origin } = data;
  return {
    port: data.SANDBOX_PORT,
    dataDir: data.SANDBOX_DATA_DIR,
    controlToken: data.SANDBOX_CONTROL_TOKEN,
    apps: data.SANDBOX_APPS,
    expiringTokens: data.SANDBOX_EXPIRING_TOKENS === '1' || data.SANDBOX_EXPIRING_TOKENS === 'true',
    settings: { mail: { port: data.SANDBOX_MAIL_PORT } },
    publicOrigin: origin === undefined ? null : new URL(origin).origin,
  };
}
