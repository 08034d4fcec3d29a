'use client';

import { JsonView } from '@/components/ui/json-view';
import type { RecordRow } from '@/lib/records/schema';

export function RecordRaw({ row }: { row: RecordRow }) {
  return <JsonView value={row} label="Record as JSON" />;
}
