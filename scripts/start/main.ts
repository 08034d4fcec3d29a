import { migrateAll } from './backing.ts';
import { examine } from './doctor.ts';
import { changeKeys } from './keys.ts';
import { reset } from './reset.ts';
import { readSettings } from './settings.ts';
import { supervise } from './supervise.ts';

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
      return changeKeys(process.argv[3]);
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
