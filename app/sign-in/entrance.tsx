import type { ReactNode } from 'react';
import { BrandMark } from '@/components/ui/brand';

/** The frame of the pages that stand outside a workspace: sign-in, invitations, a failed connection. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="relative grid min-h-dvh place-items-center overflow-hidden px-4 py-10">
      <Cables />
      <div className="relative w-full max-w-sm">
        <div className="mb-6 flex items-center gap-2.5">
          <BrandMark className="size-6" />
          <span className="font-semibold text-title tracking-[-0.015em]">Patchbay</span>
        </div>
        <section
          aria-labelledby="entrance-title"
          className="rounded-xl border border-line bg-panel p-6 shadow-pop"
        >
          <h1 id="entrance-title" className="text-balance font-semibold text-title">
            {title}
          </h1>
          {children}
        </section>
      </div>
    </main>
  );
}

/** Cables hanging behind the panel: what the product is, before a word is read. */
function Cables() {
  return (
    <svg
      viewBox="0 0 1200 800"
      preserveAspectRatio="xMidYMid slice"
      fill="none"
      strokeLinecap="round"
      aria-hidden="true"
      className="pointer-events-none absolute inset-0 size-full"
    >
      <g strokeWidth="2.5" className="stroke-line-2">
        <path d="M-20 120C240 560 420 60 640 420S980 700 1220 300" />
        <path d="M-20 300C200 720 520 260 700 520C830 720 1000 600 1220 560" />
      </g>
      <path
        d="M-20 210C260 640 460 140 660 500S1000 640 1220 410"
        strokeWidth="3"
        className="stroke-ok-line opacity-45"
      />
    </svg>
  );
}
