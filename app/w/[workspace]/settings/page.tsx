import type { Metadata } from 'next';
import { SettingsPage } from '@/components/settings/settings-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'Settings' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <SettingsPage />
    </Hydrated>
  );
}
