import { Component, type ReactNode } from 'react';
import { Blank, Button } from '@rostrum/ui';
import { strings } from '../strings';

/** A page that breaks, or whose code does not arrive, leaves the rest of the console standing. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }
  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Blank
        isPage
        title={strings.pageFailed}
        action={<Button onClick={() => location.reload()}>{strings.reload}</Button>}
      >
        {strings.pageFailedText}
      </Blank>
    );
  }
}
