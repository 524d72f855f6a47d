/** The one HTTP API: JSON, CSRF header, errors with a `code` to switch on. */

export const API_BASE = "/api/v1/";
const TIMEOUT_MS = 20_000;

/** The server answered with `{code, message, data, ref}`; `message` is in the reader's language. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly data: Readonly<Record<string, unknown>>,
    readonly ref: string,
  ) {
    super(message);
  }
}

/** No answer came: the command may or may not have been done, so repeat it only with its idempotency key. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
}

export interface RequestOptions {
  /** Sent as `Idempotency-Key`: the same key never does the thing twice. */
  readonly key?: string;
  readonly signal?: AbortSignal;
  /** Let the request outlive the page (leaving, stopping). */
  readonly keepalive?: boolean;
}

export interface Api {
  get<T>(path: string, options?: RequestOptions): Promise<T>;
  post<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T>;
  put<T>(path: string, body: unknown, options?: RequestOptions): Promise<T>;
  /** Sends a file as it is; its own type says what it holds. */
  upload<T>(path: string, file: Blob, options?: RequestOptions): Promise<T>;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

async function errorOf(response: Response): Promise<ApiError> {
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    body = null;
  }
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const data = typeof fields.data === "object" && fields.data !== null ? (fields.data as Record<string, unknown>) : {};
  return new ApiError(response.status, text(fields.code, "error"), text(fields.message, ""), data, text(fields.ref, ""));
}

/** Make the API of this page. `fetch` and the CSRF token are arguments so that tests need no server. */
export function createApi(fetch: Fetch, csrf: string): Api {
  async function send<T>(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = csrf;
    if (body !== undefined) headers["Content-Type"] = body instanceof Blob ? body.type : "application/json";
    if (options.key !== undefined) headers["Idempotency-Key"] = options.key;
    const init: RequestInit = {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: options.signal ?? AbortSignal.timeout(TIMEOUT_MS),
      ...(options.keepalive === true ? { keepalive: true } : {}),
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    };
    let response: Response;
    try {
      response = await fetch(API_BASE + path, init);
    } catch (cause) {
      throw new NetworkError("no answer", { cause });
    }
    if (!response.ok) throw await errorOf(response);
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw new NetworkError("answer cut off", { cause });
    }
  }
  return {
    get: (path, options) => send("GET", path, undefined, options),
    post: (path, body, options) => send("POST", path, body ?? {}, options),
    put: (path, body, options) => send("PUT", path, body, options),
    upload: (path, file, options) => send("POST", path, file, options),
  };
}
