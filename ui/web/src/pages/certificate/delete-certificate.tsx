import { deleteCertificate } from "../../api/certificates";
import type { Certificate } from "../../api/types";
import { useAction } from "../../app/use-action";
import { count } from "../../lib/format";
import { Confirm } from "../../ui/confirm";

/** Asks before a certificate goes; the server's refusal says what needs it. */
export function DeleteCertificate({ project, certificate, onClose, onGone }: { project: string; certificate: Certificate; onClose: () => void; onGone: () => void }) {
  const remove = useAction({
    run: () => deleteCertificate(project, certificate.slug),
    done: () => `${certificate.slug} is gone`,
    refresh: [["audit"]],
    then: onGone,
  });
  const { length } = certificate.versions;
  return (
    <Confirm opened onClose={onClose} title={`Delete ${certificate.slug}?`} verb="Delete certificate" danger typed={certificate.slug} busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined)}>
      {length > 0 ? `${count(length, "version")} of it ${length === 1 ? "goes" : "go"} for good, with ${length === 1 ? "its key" : "their keys"}. ` : "Nothing was issued yet; it is asked for no more. "}
      It is refused while a listener shows it, or a bundle that nodes get which join.
    </Confirm>
  );
}
