/** `node supabase/local/migrate-main.ts <url>`: migrates any Supabase, hosted ones too. */
import { migrate } from './migrate.ts';

const url = process.argv[2];
if (url === undefined) {
  process.stderr.write('Give the database URL of the role that owns the schema.\n');
  process.exitCode = 2;
} else {
  const applied = await migrate({ url });
  process.stdout.write(
    applied.length === 0 ? 'Nothing to apply.\n' : `Applied ${applied.join(', ')}.\n`,
  );
}
