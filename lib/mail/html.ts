/** Markup that may stand in a mail as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

/** A template in which every value is escaped unless it is markup made by this very function. */
export function markup(strings: TemplateStringsArray, ...values: (string | Markup)[]): Markup {
  const parts = strings.map((text, index) => {
    const value = values[index];
    if (value === undefined) return text;
    return text + (value instanceof Markup ? value.text : escaped(value));
  });
  return new Markup(parts.join(''));
}
