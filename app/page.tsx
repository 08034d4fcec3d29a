import type { Route } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { webHub } from '@/lib/hub/web';

/** The front door leads to the first workspace, or to the sign-in. */
export default async function HomePage() {
  const session = await webHub().readSession(await headers());
  if (!session) redirect('/sign-in' as Route);
  const first = session.workspaces[0];
  redirect((first ? `/w/${first.slug}` : '/no-workspace') as Route);
}
