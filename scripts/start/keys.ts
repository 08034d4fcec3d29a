import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair } from '#lib/security/index';
import { fileKms, unwrapKey, wrapKey } from '#lib/security/kms';
import { createOpener } from '#lib/security/open';
import { makeSecrets, readSecrets, type Secrets, writeSecrets } from './secrets.ts';
import { readSettings, type Settings } from './settings.ts';

/** `npm run keys [-- rotate | retire]`. */
export async function changeKeys(what: string | undefined): Promise<void> {
  switch (what) {
    case undefined:
      return printKeys(readSettings().env['SEAL_KEK_FILE']);
    case 'rotate':
      return rotate(readSettings());
    case 'retire':
      return retire(readSettings());
    default:
      throw new Error(`There is no ${what}; there are rotate and retire.`);
  }
}

/** One line for each secret production sets, fresh ones; private keys wrapped when there is a KEK. */
async function printKeys(kekFile: string | undefined): Promise<void> {
  const { worker, gateway, nextAuthSecret, gatewayToken, workerSecret } = makeSecrets();
  const kms = kekFile === undefined ? null : fileKms(kekFile);
  const kept = (name: string, key: string) => (kms ? wrapKey(kms, name, key) : key);
  const lines = {
    SEAL_WORKER_PUBLIC_KEY: worker.publicKey,
    SEAL_WORKER_PRIVATE_KEY: await kept('SEAL_WORKER_PRIVATE_KEY', worker.privateKey),
    SEAL_GATEWAY_PUBLIC_KEY: gateway.publicKey,
    SEAL_GATEWAY_PRIVATE_KEY: await kept('SEAL_GATEWAY_PRIVATE_KEY', gateway.privateKey),
    NEXTAUTH_SECRET: nextAuthSecret,
    GATEWAY_TOKEN: gatewayToken,
    WORKER_SECRET: workerSecret,
  };
  for (const [name, value] of Object.entries(lines)) console.log(`${name}=${value}`);
}

/** Keys that stand in the settings are the operator's to change; those of our own file are ours. */
function ownSecrets(settings: Settings): Secrets {
  const named = ['SEAL_WORKER_PRIVATE_KEY', 'SEAL_GATEWAY_PRIVATE_KEY'].filter(
    (name) => settings.env[name] !== undefined,
  );
  if (named.length > 0) {
    throw new Error(
      `${named.join(' and ')} is set, so the keys are not in ${settings.stateDir}. Make new ones with \`npm run keys\`, put the old private key into SEAL_WORKER_OLDER_KEYS (or SEAL_GATEWAY_OLDER_KEYS), and restart.`,
    );
  }
  if (!existsSync(join(settings.stateDir, 'secrets.json'))) {
    throw new Error('There are no keys yet; `npm start` makes them.');
  }
  return readSecrets(settings.stateDir);
}

/** New keys in front, the present ones behind them. Takes effect at the next start. */
function rotate(settings: Settings): void {
  const secrets = ownSecrets(settings);
  const next = ({ privateKey, older }: Secrets['worker']): Secrets['worker'] => ({
    ...generateKeyPair(),
    older: [privateKey, ...older],
  });
  writeSecrets(settings.stateDir, {
    ...secrets,
    worker: next(secrets.worker),
    gateway: next(secrets.gateway),
  });
  console.log(
    'New keys are in front. Start Patchbay again: everything is sealed to them while it works, and Settings, Keys shows how far it is. When nothing is sealed to the old ones, `npm run keys -- retire` forgets them.',
  );
}

function retire(settings: Settings): void {
  const secrets = ownSecrets(settings);
  const count = secrets.worker.older.length + secrets.gateway.older.length;
  if (count === 0) {
    console.log('There are no older keys.');
    return;
  }
  if (!process.argv.includes('--yes')) {
    throw new Error(
      `${count} older keys would be forgotten, and what is still sealed to one of them could never be opened again. Settings, Keys says when they may go; then run it with --yes.`,
    );
  }
  writeSecrets(settings.stateDir, {
    ...secrets,
    worker: { ...secrets.worker, older: [] },
    gateway: { ...secrets.gateway, older: [] },
  });
  console.log(`${count} older keys are forgotten from the next start on.`);
}

/**
 * What is wrong with the keys of the settings, in sentences. A public half of another pair would seal
 * what nobody can open.
 */
export async function findKeyFaults(env: Settings['env']): Promise<string[]> {
  const faults: string[] = [];
  for (const name of ['WORKER', 'GATEWAY'] as const) {
    const [isPrivate, isPublic] = [`SEAL_${name}_PRIVATE_KEY`, `SEAL_${name}_PUBLIC_KEY`];
    const [secret, open] = [env[isPrivate], env[isPublic]];
    if (secret === undefined && open === undefined) continue;
    if (secret === undefined || open === undefined) {
      faults.push(`${isPrivate} and ${isPublic} are set together or not at all.`);
      continue;
    }
    try {
      const kek = env['SEAL_KEK_FILE'];
      const key = await unwrapKey(kek === undefined ? null : fileKms(kek), isPrivate, secret);
      if (createOpener(key).publicKey === open) continue;
      faults.push(`${isPublic} is not the public half of ${isPrivate}.`);
    } catch (error) {
      faults.push(error instanceof Error ? error.message : `${isPrivate} is not usable.`);
    }
  }
  return faults;
}
