import { renewCertificate } from "../../api/certificates";
import type { Certificate } from "../../api/types";
import { useAction } from "../../app/use-action";
import { count } from "../../lib/format";
import { Confirm } from "../../ui/confirm";

/** Asks before a certificate is issued anew: certificate authorities count. */
export function RenewCertificate({ project, certificate, onClose }: { project: string; certificate: Certificate; onClose: () => void }) {
  const renew = useAction({
    run: () => renewCertificate(project, certificate.slug),
    done: () => `${certificate.slug} is asked for anew`,
    refresh: [["certificates", project], ["audit"]],
    then: onClose,
  });
  return (
    <Confirm opened onClose={onClose} title={certificate.current ? `Renew ${certificate.slug} now?` : `Ask for ${certificate.slug} anew?`} verb={certificate.current ? "Renew now" : "Ask anew"} busy={renew.isPending} error={renew.error} onConfirm={() => renew.mutate(undefined)}>
      A new key is made, and {count(certificate.acme?.domains.length ?? 0, "name")} asked for at {certificate.acme?.directory_url}. A pause after a failure is over, and an order that is under way is left behind. Certificate authorities count orders, and refuse those
      that are too many.
    </Confirm>
  );
}
