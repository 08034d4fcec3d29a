'use client';

import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import type { RecordRow } from '@/lib/records/schema';
import { textOf } from './values';
import { words } from './words';

/** The body as it is meant to be read. Raw HTML in it stays text; pictures are not fetched. */
export function RecordText({ row }: { row: RecordRow }) {
  const body = textOf(row.data['body']) || textOf(row.data['description']);
  if (!body.trim()) return <p className="text-mut">{words.noBody}</p>;
  return (
    <div className="prose-body">
      <Markdown
        remarkPlugins={[remarkGfm]}
        components={{
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noreferrer nofollow">
              {children}
            </a>
          ),
          // The corner of a table heads nothing.
          th: ({ children }) => (children ? <th>{children}</th> : <td />),
          img: ({ alt, src }) => (
            <span className="text-dim">[{alt || (typeof src === 'string' ? src : 'picture')}]</span>
          ),
        }}
      >
        {body}
      </Markdown>
    </div>
  );
}
