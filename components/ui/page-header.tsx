import type { ReactNode, Ref } from 'react';

export interface PageHeaderProps {
  title: ReactNode;
  /** Where the focus may be sent to when what had it has left the page. */
  titleRef?: Ref<HTMLHeadingElement>;
  /** One line beside the title: what is seen here, in numbers. */
  sub?: ReactNode;
  /** Above the title: the way back, or a breadcrumb. */
  back?: ReactNode;
  /** Right side, the main action last. */
  actions?: ReactNode;
}

export function PageHeader({ title, titleRef, sub, back, actions }: PageHeaderProps) {
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <div className="min-w-0 flex-1 basis-64">
        {back && <div className="mb-0.5 text-meta text-mut">{back}</div>}
        <div className="flex flex-wrap items-baseline gap-x-2.5">
          <h1
            ref={titleRef}
            tabIndex={titleRef ? -1 : undefined}
            className="min-w-0 break-words font-semibold text-title tracking-[-0.015em]"
          >
            {title}
          </h1>
          {sub && <div className="text-mut">{sub}</div>}
        </div>
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
