import { Dialog } from '@rostrum/ui';
import { useShellText } from '../strings/shell';

/** The keys that work, fetched when somebody asks for them. */
export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  const words = useShellText();
  return (
    <Dialog open onClose={onClose} title={words.shortcutsTitle}>
      {words.shortcutGroups.map((group) => (
        <section key={group.title}>
          <h3 className="shortcuts-title">{group.title}</h3>
          <dl className="shortcuts">
            {group.rows.map(([keys, what]) => (
              <div key={keys}>
                <dt>
                  {keys
                    .split(' ')
                    .map((key) =>
                      key === 'then' ? (
                        <span key={key}> {words.then} </span>
                      ) : (
                        <kbd key={key}>{key}</kbd>
                      ),
                    )}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
