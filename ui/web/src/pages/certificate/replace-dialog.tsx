import { Modal, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useRef, useState } from "react";

import { replaceCertificate } from "../../api/certificates";
import type { ApiError } from "../../api/error";
import type { Certificate } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import { PemField, type PemHandle } from "./pem-field";
import { Warnings } from "./warnings";

/** Gives a certificate another chain and key. */
export function ReplaceDialog({ project, certificate, onClose }: { project: string; certificate: Certificate; onClose: () => void }) {
  const [chain, key] = [useRef<PemHandle>(null), useRef<PemHandle>(null)];
  const form = useForm({ initialValues: {} });
  const [error, setError] = useState<ApiError | null>(null);
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const version = certificate.current?.version ?? 0;
  const replace = useAction({
    // What is asked for is remembered for a while, so chain and key are no part of it.
    run: () => replaceCertificate(project, certificate.slug, { chain: chain.current?.read() ?? "", key: key.current?.read() ?? "" }),
    done: ({ certificate: { slug, current } }) => `${slug} has version ${current?.version ?? version + 1} now`,
    refresh: [["certificates", project], ["audit"]],
    then: (body) => (body.warnings.length > 0 ? setWarnings(body.warnings) : onClose()),
  });
  return (
    <Modal opened onClose={onClose} title={`Replace ${certificate.slug}`} size="lg">
      {warnings.length > 0 ? (
        <Warnings warnings={warnings} verb="Close" onGo={onClose} />
      ) : (
        <form
          autoComplete="off"
          onSubmit={form.onSubmit(() => {
            setError(null);
            replace.mutate(undefined, { onError: (thrown) => setError(showServerErrors(form, thrown, { chain: "chain", key: "key" })) });
          })}
        >
          <Stack gap="sm">
            <div>This makes version {version + 1}. Nodes that show it fetch it at once and reload their proxy, without a bundle and without a rollout.</div>
            <PemField handle={chain} label="Chain" description="PEM: the server's own certificate first, behind each one the one that signed it" required error={form.errors.chain} autoFocus />
            <PemField handle={key} label="Private key" description="PEM, not encrypted. Nothing ever shows it again" required concealed error={form.errors.key} />
            <FormError error={error} />
            <DialogActions verb="Replace certificate" busy={replace.isPending} onClose={onClose} />
          </Stack>
        </form>
      )}
    </Modal>
  );
}
