import type { Metadata, Route } from 'next';
import { Button } from '@/components/ui/button';
import { LinkButton } from '@/components/ui/link-button';
import { webHub } from '@/lib/hub/web';
import { Entrance } from '../entrance';
import { words } from '../words';

export const metadata: Metadata = { title: words.title, robots: { index: false } };
export const dynamic = 'force-dynamic';

interface LinkPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/**
 * Where a mailed link leads. Looking uses nothing up, because mail scanners open every link; the
 * button does, and says first whom it signs in.
 */
export default async function LinkPage({ searchParams }: LinkPageProps) {
  const { token } = await searchParams;
  const link = typeof token === 'string' ? await webHub().readSignInLink(token) : null;
  if (!link) {
    return (
      <Entrance title={words.link.over}>
        <p className="mt-1 text-pretty text-mut">{words.link.overNext}</p>
        <LinkButton href={'/sign-in' as Route} className="mt-6" size="lg">
          {words.link.anew}
        </LinkButton>
      </Entrance>
    );
  }
  return (
    <Entrance title={words.link.title}>
      <p className="mt-1 text-pretty text-mut">{words.link.lead(link.email)}</p>
      <form method="post" action="/api/auth/callback/email" className="mt-6">
        <input type="hidden" name="token" value={token} />
        <Button type="submit" size="lg" variant="primary" className="w-full">
          {words.link.press}
        </Button>
      </form>
    </Entrance>
  );
}
