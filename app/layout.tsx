import './globals.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { cn } from '@/components/ui/class-names';
import { readTheme, themeCookie } from '@/components/ui/theme';
import { Toaster } from '@/components/ui/toaster';
import { TooltipProvider } from '@/components/ui/tooltip';
import { sentryEnv } from '@/lib/env/index';

export const metadata: Metadata = {
  title: { default: 'Patchbay', template: '%s · Patchbay' },
  description: 'One live, two-way copy of your services’ records, in your own Postgres.',
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f7f9' },
    { media: '(prefers-color-scheme: dark)', color: '#0b0d10' },
  ],
};

/**
 * Reads the theme from its cookie, so the first paint is right without an inline script. Style
 * elements of Base UI are off: the policy has no place for them, globals.css carries their rules.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = readTheme((await cookies()).get(themeCookie)?.value);
  const sentry = sentryEnv();
  return (
    <html
      lang="en"
      data-theme={theme === 'system' ? undefined : theme}
      className={cn(GeistSans.variable, GeistMono.variable)}
    >
      <head>{sentry && <meta name="sentry-dsn" content={sentry.dsn} />}</head>
      <body>
        <CSPProvider disableStyleElements>
          <TooltipProvider>
            <div className="isolate">{children}</div>
            <Toaster />
          </TooltipProvider>
        </CSPProvider>
      </body>
    </html>
  );
}
