import { deleteSecret } from "../../api/secrets";
import type { ProjectSecret } from "../../api/types";
import { useAction } from "../../app/use-action";
import { count } from "../../lib/format";
import { Confirm } from "../../ui/confirm";

/** Asks before a secret goes; the server's refusal says what needs it. */
export function DeleteSecret({ project, secret, onClose, onGone }: { project: string; secret: ProjectSecret; onClose: () => void; onGone: () => void }) {
  const remove = useAction({
    run: () => deleteSecret(project, secret.id),
    done: () => `${secret.name} is gone`,
    refresh: [["audit"]],
    then: onGone,
  });
  return (
    <Confirm
      opened
      onClose={onClose}
      title={`Delete ${secret.name}${secret.environment ? ` of ${secret.environment.name}` : ""}?`}
      verb="Delete secret"
      danger
      typed={secret.name}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(undefined)}
    >
      {count(secret.versions.length, "value")} of it, sealed, {secret.versions.length === 1 ? "goes" : "go"} for good: nothing can bring {secret.versions.length === 1 ? "it" : "them"} back. It is refused while the configuration needs it.
    </Confirm>
  );
}
