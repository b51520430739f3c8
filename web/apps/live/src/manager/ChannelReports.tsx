import { Dialog } from '@rostrum/ui';
import { useManagerText } from '../strings/manager';
import { Reports } from './chat/Reports';
import './chat/chat.css';

/** The reports of a channel that somebody moderates, on that channel's page. */
export default function ChannelReports({
  name,
  onClose,
}: {
  readonly name: string;
  readonly onClose: () => void;
}) {
  const words = useManagerText();
  return (
    <Dialog open onClose={onClose} title={words.reportsOf(name)} wide>
      <Reports name={name} />
    </Dialog>
  );
}
