/** Writes lib/db/database.types.ts, as `supabase gen types` would; `--check` compares instead. */
import { generateTypes } from './database-types.ts';
import { writeOrCheck } from './generated-file.ts';
import { withMigratedDatabase } from './migrated-database.ts';

await writeOrCheck(
  'lib/db/database.types.ts',
  await withMigratedDatabase((sql) => generateTypes(sql, ['public', 'private'])),
  'Run "node --conditions=react-server scripts/db-types.ts".',
);
