/** One entry of `errors` in GitHub's 422 answers. */
export interface FieldError {
  resource: string;
  field?: string;
  code: 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'unprocessable' | 'custom';
  message?: string;
  value?: string;
}

/**
 * An answer of refusal in GitHub's own form, thrown anywhere below the router.
 * https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api
 */
export class ProviderError extends Error {
  readonly status: number;
  readonly errors: FieldError[] | undefined;
  readonly documentation: string;

  constructor(status: number, message: string, errors?: FieldError[], documentation = '') {
    super(message);
    this.name = 'ProviderError';
    this.status = status;
    this.errors = errors;
    this.documentation = `https://docs.github.com/rest${documentation}`;
  }

  body(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: this.documentation,
      status: String(this.status),
    };
  }

  response(): Response {
    return Response.json(this.body(), { status: this.status });
  }
}

export const notFound = (): ProviderError => new ProviderError(404, 'Not Found');
export const badCredentials = (): ProviderError => new ProviderError(401, 'Bad credentials');
export const needsAuthentication = (): ProviderError =>
  new ProviderError(401, 'Requires authentication');

export function validationFailed(errors: FieldError[], documentation?: string): ProviderError {
  return new ProviderError(422, 'Validation Failed', errors, documentation);
}

/** GitHub checks the shape of a body before its rules and words that differently. */
export function invalidRequest(problem: string): ProviderError {
  return new ProviderError(422, `Invalid request.\n\n${problem}`);
}
