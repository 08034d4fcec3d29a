'use client';

import './globals.css';
import { useEffect } from 'react';
import { BrandMark } from '@/components/ui/brand';
import { buttonLook } from '@/components/ui/button-look';

interface GlobalErrorProps {
  error: Error & { digest?: string };
}

/**
 * The last face, when even the root layout failed: it stands alone, without fonts, theme or
 * providers. `digest` is the id under which the server logged it.
 */
export default function GlobalError({ error }: GlobalErrorProps) {
  useEffect(() => {
    if (!document.querySelector('meta[name="sentry-dsn"]')) return;
    void import('@sentry/nextjs').then((Sentry) => Sentry.captureException(error));
  }, [error]);
  return (
    <html lang="en">
      <body>
        <main className="grid min-h-dvh place-items-center p-6">
          <div className="max-w-md text-center" role="alert">
            <BrandMark className="mx-auto size-8 text-mut" />
            <h1 className="mt-5 font-semibold text-title">This page broke on our side</h1>
            <p className="mt-1.5 text-pretty text-mut">
              Nothing was lost: what you saved is saved, and syncing goes on without this page.
            </p>
            {/* A full load on purpose: the router may be what broke. */}
            <a href="/" className={buttonLook('primary', 'md', 'mt-6')}>
              Load it again
            </a>
            {error.digest && (
              <p className="mt-6 text-dim text-meta">
                Error id <code className="font-mono text-ink">{error.digest}</code>
              </p>
            )}
          </div>
        </main>
      </body>
    </html>
  );
}
