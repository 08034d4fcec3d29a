/** Writes supabase/schema.sql, the state all migrations lead to; `--check` compares instead. */
import { writeOrCheck } from './generated-file.ts';
import { withMigratedDatabase } from './migrated-database.ts';
import { dumpSchema } from './schema-dump.ts';

await writeOrCheck(
  'supabase/schema.sql',
  await withMigratedDatabase((sql) => dumpSchema(sql, ['public', 'private'])),
  'Run "node --conditions=react-server scripts/db-schema.ts" and read the diff.',
);
