import type { Route } from 'next';
import { cookies, headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { WorkspaceShell } from '@/components/shell/workspace-shell';
import { readTheme, themeCookie } from '@/components/ui/theme';
import { webHub } from '@/lib/hub/web';

/** Every page of a workspace: the session is read again on each request, never from a token. */
export default async function WorkspaceLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ workspace: string }>;
}) {
  const { workspace: slug } = await params;
  const hub = webHub();
  const session = await hub.readSession(await headers());
  if (!session) redirect(`/sign-in?return_to=${encodeURIComponent(`/w/${slug}`)}` as Route);
  const workspace = session.workspaces.find((one) => one.slug === slug);
  // A workspace one is no member of does not exist.
  if (!workspace) notFound();
  const theme = readTheme((await cookies()).get(themeCookie)?.value);
  return (
    <WorkspaceShell info={hub.identity.sessionInfo(session)} workspace={workspace} theme={theme}>
      {children}
    </WorkspaceShell>
  );
}
