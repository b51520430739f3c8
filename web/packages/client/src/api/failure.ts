/** Why an operation did not succeed, as people can be told. */
import { ApiError } from '../api';

export type FailureKind =
  | 'no-answer' // nothing came back
  | 'unknown-key' // no such access key id
  | 'wrong-secret'
  | 'clock' // this computer's clock is too far from the server's
  | 'not-allowed' // the key may not do this
  | 'not-found'
  | 'not-there-yet' // the server does not know the operation
  | 'too-many' // asked too often, or a quota is used up
  | 'invalid' // a member is not as it must be
  | 'conflict'
  | 'broken'; // anything else

export class ApiFailure extends ApiError {
  readonly kind: FailureKind;
  /** As the API names it, for example ResourceNotFoundException; empty without an answer. */
  readonly code: string;
  /** The member that is wrong, where the server says which. */
  readonly field: string | null;
  /** The server's time when it answered. */
  readonly serverTime: Date | null;

  constructor(
    kind: FailureKind,
    message: string,
    more: { status?: number; code?: string; field?: string | null; serverTime?: Date | null } = {},
  ) {
    super(message, more.status ?? 0);
    this.name = 'ApiFailure';
    this.kind = kind;
    this.code = more.code ?? '';
    this.field = more.field ?? null;
    this.serverTime = more.serverTime ?? null;
  }
  override get notFound(): boolean {
    return this.kind === 'not-found';
  }
}

const kinds: Readonly<Record<string, FailureKind>> = {
  UnrecognizedClientException: 'unknown-key',
  InvalidClientTokenId: 'unknown-key',
  AccessDeniedException: 'not-allowed',
  ResourceNotFoundException: 'not-found',
  ChannelNotBroadcasting: 'not-found',
  UnknownOperationException: 'not-there-yet',
  ThrottlingException: 'too-many',
  ServiceQuotaExceededException: 'too-many',
  ValidationException: 'invalid',
  ConflictException: 'conflict',
  PendingVerification: 'conflict',
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A signature is refused for its time or for what it was made with; the sentence says which. */
function signatureKind(message: string): FailureKind {
  return /expired|not yet current/i.test(message) ? 'clock' : 'wrong-secret';
}

/** `body` is what was parsed of the answer, of any kind. */
export function failureOf(response: Response, body: unknown): ApiFailure {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code =
    (response.headers.get('x-amzn-errortype') ?? textOf(fields['__type']))
      .split(':')[0]
      ?.split('#')
      .at(-1) ?? '';
  const message =
    textOf(fields['message']) ||
    textOf(fields['exceptionMessage']) ||
    `The server answered ${response.status}.`;
  const list = fields['fieldList'];
  const first = Array.isArray(list) ? (list[0] as Record<string, unknown> | undefined) : undefined;
  const date = Date.parse(response.headers.get('date') ?? '');
  const kind =
    code === 'InvalidSignatureException' || code === 'RequestExpired'
      ? signatureKind(message)
      : (kinds[code] ?? 'broken');
  return new ApiFailure(kind, message, {
    status: response.status,
    code,
    field: textOf(first?.['name']) || null,
    serverTime: Number.isNaN(date) ? null : new Date(date),
  });
}
