import { Component, type ReactNode } from 'react';
import { Blank, Button } from '@rostrum/ui';
import { shellText } from '../strings/shell';
import { Main } from './Main';

/** A page that breaks, or whose code does not arrive, leaves the frame standing. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }
  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const words = shellText();
    return (
      <Main title={words.wentWrong} className="page nowhere">
        <Blank
          isPage
          title={words.wentWrong}
          action={<Button onClick={() => location.reload()}>{words.reload}</Button>}
        >
          {words.wentWrongText}
        </Blank>
      </Main>
    );
  }
}
