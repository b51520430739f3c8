/** What the forms around an account share. */
import type { ReactNode } from 'react';
import { Button, Icon, Mark } from '@rostrum/ui';
import { Main } from '../shell/Main';
import type { FormState } from './useForm';
import './account.css';

/** A page with one thing to do, in the middle. */
export function Door({
  title,
  text,
  children,
  isBusy,
  hasMark = true,
}: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
  readonly isBusy?: boolean;
  readonly hasMark?: boolean;
}) {
  return (
    <Main title={title} className="door" {...(isBusy ? { isBusy } : {})}>
      <div className="door-box">
        {hasMark && (
          <span className="door-mark" aria-hidden="true">
            <Mark size={40} />
          </span>
        )}
        <h1>{title}</h1>
        {text && <p className="quiet">{text}</p>}
        {children}
      </div>
    </Main>
  );
}

export function Form<F extends string>({
  form,
  label,
  children,
  className = 'form',
}: {
  readonly form: FormState<F>;
  readonly label?: string;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <form
      ref={form.ref}
      className={className}
      onSubmit={form.onSubmit}
      noValidate
      aria-label={label}
      aria-busy={form.busy}
    >
      {children}
    </form>
  );
}

/** What went wrong with the form as a whole; said aloud when it appears. */
export function FormFailure({
  text,
  children,
}: {
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <div role="alert" className="form-failure-place">
      {text && (
        <p className="form-failure">
          <Icon name="warning" size={18} />
          <span>
            {text}
            {children}
          </span>
        </p>
      )}
    </div>
  );
}

export function SubmitButton({
  busy,
  children,
}: {
  readonly busy: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Button type="submit" kind="primary" disabled={busy}>
      {busy && <i className="busy-ring" aria-hidden="true" />}
      {children}
    </Button>
  );
}
