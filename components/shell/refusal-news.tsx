'use client';

import type { Route } from 'next';
import { useRouter, useSearchParams } from 'next/navigation';
import { Suspense } from 'react';
import { showToast } from '@/components/ui/toaster';
import { useLateRefusals } from '@/lib/live/index';
import { useProviderName } from './use-provider-name';
import { useSession } from './use-session';
import { words } from './words';

/** A toast for an edit that a service refused after the hub took it; not while the record is open. */
export function RefusalNews() {
  return (
    <Suspense>
      <Listener />
    </Suspense>
  );
}

function Listener() {
  const { home } = useSession();
  const nameOf = useProviderName();
  const router = useRouter();
  const openRecord = useSearchParams().get('record');
  useLateRefusals((row, link) => {
    if (row.id === openRecord) return;
    const title = row.data['title'];
    showToast({
      tone: 'bad',
      title: words.refused(nameOf(link.connector), typeof title === 'string' ? title : row.id),
      description:
        `${link.error?.message ?? ''} ${words.afterRefusal[link.error?.here ?? 'unknown']}`.trim(),
      action: {
        label: words.open,
        onPress: () => router.push(`${home}/records?record=${row.id}` as Route),
      },
      timeoutMs: 12_000,
    });
  });
  return null;
}
