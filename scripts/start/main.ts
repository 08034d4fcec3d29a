import { migrateAll } from './backing.ts';
import { examine } from './doctor.ts';
import { reset } from './reset.ts';
import { makeSecrets } from './secrets.ts';
import { readSettings } from './settings.ts';
import { supervise } from './supervise.ts';

/** One line for each secret production sets, fresh ones. */
function printKeys(): void {
  const { worker, gateway, nextAuthSecret, gatewayToken } = makeSecrets();
  const lines = {
    SEAL_WORKER_PUBLIC_KEY: worker.publicKey,
    SEAL_WORKER_PRIVATE_KEY: worker.privateKey,
    SEAL_GATEWAY_PUBLIC_KEY: gateway.publicKey,
    SEAL_GATEWAY_PRIVATE_KEY: gateway.privateKey,
    NEXTAUTH_SECRET: nextAuthSecret,
    GATEWAY_TOKEN: gatewayToken,
  };
  for (const [name, value] of Object.entries(lines)) console.log(`${name}=${value}`);
}

async function run(flag: string | undefined): Promise<void> {
  switch (flag) {
    case undefined:
    case '--dev':
      return supervise(readSettings(), flag === '--dev');
    case '--reset':
      return reset(readSettings(), process.argv.includes('--yes'));
    case '--doctor':
      process.exitCode = (await examine()) ? 0 : 1;
      return;
    case '--keys':
      return printKeys();
    case '--migrate': {
      const { migrateUrl } = readSettings();
      if (!migrateUrl)
        throw new Error(
          'Set DATABASE_URL_MIGRATE to the login that owns the tables, then run it again.',
        );
      const applied = await migrateAll(migrateUrl);
      console.log(
        applied.length === 0
          ? 'Nothing to do, every migration is applied.'
          : `Applied ${applied.join(', ')}.`,
      );
      return;
    }
    default:
      throw new Error(
        `There is no ${flag}; there are --dev, --reset, --doctor, --keys and --migrate.`,
      );
  }
}

try {
  await run(process.argv[2]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
