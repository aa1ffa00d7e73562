/** One entry of an error's `errors`: what was wrong with which field. A few operations answer plain sentences instead. */
export type ErrorDetail =
  | string
  | {
      readonly resource?: string;
      readonly field?: string;
      readonly code: "missing" | "missing_field" | "invalid" | "already_exists" | "unprocessable" | "custom";
      readonly message?: string;
    };

/** A refusal as GitHub answers it: a status and a JSON body. */
export class GitHubError extends Error {
  readonly status: number;
  readonly errors: readonly ErrorDetail[] | undefined;

  constructor(status: number, message: string, errors?: readonly ErrorDetail[]) {
    super(message);
    this.name = "GitHubError";
    this.status = status;
    this.errors = errors;
  }

  /** The body of the answer. */
  get body(): Readonly<Record<string, unknown>> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: "https://docs.github.com/rest",
      status: String(this.status),
    };
  }
}

/** 404: also what GitHub says when somebody may not know that a thing exists. */
export function notFound(): GitHubError {
  return new GitHubError(404, "Not Found");
}

/** 403 with GitHub's reason. */
export function forbidden(message: string): GitHubError {
  return new GitHubError(403, message);
}

/** 422 with GitHub's usual headline. */
export function validationFailed(...errors: readonly ErrorDetail[]): GitHubError {
  return new GitHubError(422, "Validation Failed", errors);
}
