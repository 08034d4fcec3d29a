import { escapeHtml, Html, html } from './html.ts';

const codeFence = /^```/;

/**
 * The small part of Markdown that issues here use: headings, lists, tables, quotes, fences and inline
 * marks. Everything is escaped first, so that a body can never bring markup of its own.
 */
export function renderMarkdown(source: string): Html {
  const blocks: string[] = [];
  const lines = source.replaceAll('\r\n', '\n').split('\n');
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    if (line.trim() === '') {
      index += 1;
      continue;
    }
    const block = codeFence.test(line) ? fence(lines, index) : group(lines, index);
    blocks.push(block.markup);
    index = block.next;
  }
  return new Html(blocks.join('\n'));
}

interface Block {
  markup: string;
  next: number;
}

function fence(lines: string[], start: number): Block {
  const end = lines.findIndex((line, index) => index > start && codeFence.test(line));
  const stop = end < 0 ? lines.length : end;
  const code = escapeHtml(lines.slice(start + 1, stop).join('\n'));
  return { markup: `<pre tabindex="0"><code>${code}</code></pre>`, next: stop + 1 };
}

function group(lines: string[], start: number): Block {
  let next = start;
  while (
    next < lines.length &&
    (lines[next] ?? '').trim() !== '' &&
    !codeFence.test(lines[next] ?? '')
  ) {
    next += 1;
  }
  return { markup: paragraph(lines.slice(start, next)), next };
}

function paragraph(lines: string[]): string {
  const first = lines[0] ?? '';
  const heading = /^(#{1,4})\s+(.*)$/.exec(first);
  if (heading) {
    const rest = lines.length > 1 ? paragraph(lines.slice(1)) : '';
    return `<h4>${inline(heading[2] ?? '')}</h4>${rest}`;
  }
  if (lines.every((line) => /^\s*([-*]|\d+\.)\s/.test(line))) return list(lines);
  if (lines.length > 1 && lines.every((line) => line.trim().startsWith('|'))) return table(lines);
  if (lines.every((line) => line.startsWith('>'))) {
    return `<blockquote>${inline(lines.map((line) => line.slice(1).trim()).join(' '))}</blockquote>`;
  }
  return `<p>${lines.map(inline).join('<br>')}</p>`;
}

function list(lines: string[]): string {
  const tag = /^\s*\d+\./.test(lines[0] ?? '') ? 'ol' : 'ul';
  const items = lines.map((line) => {
    const text = line.replace(/^\s*([-*]|\d+\.)\s+/, '');
    const task = /^\[([ x])\]\s+(.*)$/i.exec(text);
    if (!task) return `<li>${inline(text)}</li>`;
    const done = task[1] !== ' ';
    return `<li class="task">${done ? '☑' : '☐'} ${inline(task[2] ?? '')}</li>`;
  });
  return `<${tag}>${items.join('')}</${tag}>`;
}

function table(lines: string[]): string {
  const rows = lines
    .filter((line) => !/^\s*\|[\s|:-]+\|\s*$/.test(line))
    .map((line) =>
      line
        .trim()
        .replaceAll(/^\||\|$/g, '')
        .split('|'),
    );
  const [head, ...body] = rows;
  const cells = (row: string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${inline(cell.trim()) || '&nbsp;'}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${cells(head ?? [], 'td')}</thead><tbody>${body.map((row) => cells(row, 'td')).join('')}</tbody></table>`;
}

function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') && part.endsWith('`') && part.length > 2
        ? html`<code>${part.slice(1, -1)}</code>`.text
        : escapeHtml(part)
            .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
            .replaceAll(/\*([^*\s][^*]*)\*/g, '<em>$1</em>')
            .replaceAll(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '<a href="$2" rel="nofollow">$1</a>'),
    )
    .join('');
}
