import { connect } from '#lib/db/index';
import { findKeyFaults } from './keys.ts';
import { findHolder } from './lock.ts';
import { checkDisk, checkPort } from './preflight.ts';
import { readSettings, type Settings } from './settings.ts';

interface Finding {
  isGood: boolean;
  sentence: string;
}

const good = (sentence: string): Finding => ({ isGood: true, sentence });
const bad = (error: unknown): Finding => ({
  isGood: false,
  sentence: error instanceof Error ? error.message : String(error),
});

/** Says in sentences what is right and what is wrong with the configuration; true when all is well. */
export async function examine(): Promise<boolean> {
  const findings = await look();
  for (const { isGood, sentence } of findings) console.log(`${isGood ? '✓' : '✗'} ${sentence}`);
  return findings.every((finding) => finding.isGood);
}

async function look(): Promise<Finding[]> {
  const node = good(`Node ${process.versions.node} is new enough.`);
  let settings: Settings;
  try {
    settings = readSettings();
  } catch (error) {
    return [node, bad(error)];
  }
  const { port, stateDir, publicUrl, hasSandbox, isExternal } = settings;
  const holder = findHolder(stateDir);
  return [
    node,
    holder
      ? good(`Patchbay runs in this folder: http://localhost:${holder.port}.`)
      : await checkPort(port).then(() => good(`Port ${port} is free.`), bad),
    await attempt(() => checkDisk(stateDir), `There is room on the disk of ${stateDir}.`),
    good(
      publicUrl
        ? `People and services reach it at ${publicUrl}; webhooks are registered.`
        : 'PUBLIC_URL is not set: it serves this machine only, and services without a way back are polled.',
    ),
    good(
      hasSandbox
        ? 'The sandbox is on: anybody who reaches the port can sign in as anybody.'
        : 'The sandbox is off.',
    ),
    good(mailSentence(settings)),
    ...(await keys(settings)),
    ...(isExternal
      ? await databases(settings)
      : [good('The database is the embedded PostgreSQL.')]),
    ...(publicUrl && !signInIsSet(settings.env)
      ? [
          bad(
            new Error(
              'Nobody can sign in: set AUTH_GITHUB_ID and AUTH_GITHUB_SECRET, or AUTH_OIDC_ISSUER, AUTH_OIDC_ID and AUTH_OIDC_SECRET, or a way to send mail.',
            ),
          ),
        ]
      : []),
  ];
}

async function keys({ env }: Settings): Promise<Finding[]> {
  const faults = await findKeyFaults(env);
  if (faults.length > 0) return faults.map((fault) => bad(new Error(fault)));
  const isOwn = env['SEAL_WORKER_PRIVATE_KEY'] === undefined;
  return [
    good(isOwn ? 'The keys are those of this folder.' : 'The keys of the settings fit together.'),
  ];
}

function mailSentence({ env, hasSandbox }: Settings): string {
  if (env['SMTP_URL']) return `Mail is sent by SMTP, from ${env['MAIL_FROM']}.`;
  if (env['RESEND_API_KEY']) return `Mail is sent by Resend, from ${env['MAIL_FROM']}.`;
  return hasSandbox
    ? 'Mail goes to the sandbox’s mailbox: /sandbox/mail.'
    : 'Mail is not set up: invitations are handed over by link, and nobody is told when a connection stops. Set SMTP_URL or RESEND_API_KEY, and MAIL_FROM.';
}

const signInIsSet = (env: Settings['env']): boolean =>
  Boolean(
    env['SMTP_URL'] ||
      env['RESEND_API_KEY'] ||
      (env['AUTH_GITHUB_ID'] && env['AUTH_GITHUB_SECRET']) ||
      (env['AUTH_OIDC_ISSUER'] && env['AUTH_OIDC_ID'] && env['AUTH_OIDC_SECRET']),
  );

async function attempt(act: () => void, sentence: string): Promise<Finding> {
  try {
    act();
    return good(sentence);
  } catch (error) {
    return bad(error);
  }
}

async function databases({ env }: Settings): Promise<Finding[]> {
  const logins = [
    'DATABASE_URL_MIGRATE',
    'DATABASE_URL_WEB',
    'DATABASE_URL_WORKER',
    'DATABASE_URL_WORKER_SESSION',
  ];
  return Promise.all(
    logins.flatMap((name) => {
      const url = env[name];
      if (!url) return [];
      return [
        (async () => {
          const db = connect({ url, name: 'patchbay doctor', max: 1 });
          try {
            await db`select 1`;
            return good(`${name} answers.`);
          } catch (error) {
            return bad(
              new Error(
                `${name} does not answer: ${error instanceof Error ? error.message : 'unknown'}.`,
              ),
            );
          } finally {
            await db.end({ timeout: 1 });
          }
        })(),
      ];
    }),
  );
}
