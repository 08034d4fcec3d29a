import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHubError } from '#lib/core/index';
import {
  renderTemplate,
  slackMedium,
  type TemplateValues,
  textMedium,
} from '../../../lib/delivery/render-template.ts';
import { parseTemplate, templateMaxChars } from '../../../lib/delivery/template.ts';

const values: TemplateValues = {
  record: {
    title: 'Fix <login> & *logout*',
    url: 'https://forge.example/i/7?a=1&b=2',
    labels: ['ui', 'urgent'],
    assignees: [{ id: 'u1', name: 'Ada' }, { id: 'u2' }],
    due_on: null,
    number: 7,
    evil: 'javascript:alert(1)',
  },
  change: { op: 'update', at: '2026-11-21T09:30:15.120Z', fields: ['title'] },
};

const slack = (template: string) => renderTemplate(parseTemplate(template), values, slackMedium);
const text = (template: string) => renderTemplate(parseTemplate(template), values, textMedium);

/** What comes of it; nothing where it is refused as it should be. */
function attempt(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (isHubError(error) && error.code === 'request.invalid') return '';
    throw error;
  }
}

describe('a template', () => {
  it('fills in values, escaped for where they go', () => {
    expect(slack('*{{record.title}}* <!here>')).toBe('*Fix &lt;login&gt; &amp; *logout** <!here>');
    expect(text('{{ record.title }}')).toBe('Fix <login> & *logout*');
  });

  it('passes values through its functions', () => {
    expect(text('{{record.title | upper | cut 6}}')).toBe('FIX <…');
    expect(text('{{record.due_on | default "no date"}}')).toBe('no date');
    expect(text('{{record.due_on | default record.number}}')).toBe('7');
    expect(text('{{record.labels | join " + "}} {{record.labels | count}}')).toBe('ui + urgent 2');
    expect(text('{{record.assignees}}')).toBe('Ada, u2');
    expect(text('{{change.at | date}} {{change.at | time}}')).toBe(
      '2026-11-21 2026-11-21 09:30 UTC',
    );
  });

  it('links to the web only, and a title cannot leave its link', () => {
    expect(slack('{{record.url | link record.title}}')).toBe(
      '<https://forge.example/i/7?a=1&amp;b=2|Fix &lt;login&gt; &amp; *logout*>',
    );
    expect(slack('{{record.evil | link record.title}}')).toBe('Fix &lt;login&gt; &amp; *logout*');
    expect(slack('{{record.url | link "a|b>"}}')).toBe(
      '<https://forge.example/i/7?a=1&amp;b=2|a¦b&gt;>',
    );
  });

  it('leaves out what is not there, and sees nothing of the prototype', () => {
    expect(text('[{{record.missing}}{{record.title.deeper}}{{change.constructor}}]')).toBe('[]');
    expect(() => parseTemplate('{{record.__proto__}}')).not.toThrow();
    expect(text('{{record.__proto__}}')).toBe('');
  });

  it.each([
    ['{{record.title', /without its }}/],
    ['{{}}', /names no value/],
    ['{{ "text" }}', /names no value/],
    ['{{process.env}}', /values begin with/],
    ['{{record.title | eval}}', /knows no function “eval”/],
    ['{{record.title | cut}}', /takes 1/],
    ['{{record.title | cut many}}', /no number/],
    ['{{record.title | upper 2}}', /takes 0/],
    ['{{record.a.b.c.d.e}}', /names/],
    ['{{record.title | constructor}}', /knows no function/],
    ['{{record.title | default "open}}', /cannot be read/],
  ])('refuses %s with its reason', (template, reason) => {
    expect(() => parseTemplate(template)).toThrow(reason);
  });

  it('refuses what is longer than a message', () => {
    expect(() => parseTemplate('x'.repeat(templateMaxChars + 1))).toThrow(/longer than/);
  });

  it('never throws on anything but its own refusal, and stays in bounds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.string({ unit: 'binary' }),
        (template, title) => {
          const medium = { ...slackMedium, maxChars: 60 };
          const out = attempt(() =>
            renderTemplate(
              parseTemplate(`${template}{{record.title}}`),
              { record: { title } },
              medium,
            ),
          );
          expect(out.length).toBeLessThanOrEqual(60);
        },
      ),
    );
  });

  it('cuts before it escapes: what Slack reads never ends inside an escape', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.integer({ min: 2, max: 30 }), (before, maxChars) => {
        const title = `${'a'.repeat(before)}${'&<'.repeat(20)}`;
        const parsed = parseTemplate('{{record.title}}');
        const out = renderTemplate(parsed, { record: { title } }, { ...slackMedium, maxChars });
        expect(out.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
        expect(out.length).toBeLessThanOrEqual(maxChars);
      }),
    );
  });
});
