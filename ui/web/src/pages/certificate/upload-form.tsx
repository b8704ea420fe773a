import { Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useRef, useState } from "react";

import { createCertificate } from "../../api/certificates";
import type { ApiError } from "../../api/error";
import type { CertificateBody } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import { PemField, type PemHandle } from "./pem-field";

const FIELDS = { slug: "slug", chain: "chain", key: "key", description: "description" };

/** What a slug is, where one is asked for. */
export const SLUG = "What listeners call it: lowercase letters, digits and - between them. It stays as it is";

/** Chain and key that there are. */
export function UploadForm({ project, onClose, onMade }: { project: string; onClose: () => void; onMade: (made: CertificateBody) => void }) {
  const [chain, key] = [useRef<PemHandle>(null), useRef<PemHandle>(null)];
  const form = useForm({ initialValues: { slug: "", description: "" } });
  const [error, setError] = useState<ApiError | null>(null);
  const create = useAction({
    // What is asked for is remembered for a while, so chain and key are no part of it.
    run: ({ slug, description }: typeof form.values) =>
      createCertificate(project, { slug: slug.trim(), description: description.trim() || null, chain: chain.current?.read() ?? "", key: key.current?.read() ?? "" }),
    done: ({ certificate }) => `${certificate.slug} is kept, its key sealed`,
    refresh: [["certificates", project], ["audit"]],
    then: onMade,
  });
  return (
    <form
      aria-label="Upload"
      autoComplete="off"
      onSubmit={form.onSubmit((values) => {
        setError(null);
        create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, FIELDS)) });
      })}
    >
      <Stack gap="sm">
        <TextInput label="Slug" description={SLUG} placeholder="web" required maxLength={50} autoComplete="off" data-autofocus {...form.getInputProps("slug")} />
        <PemField handle={chain} label="Chain" description="PEM: the server's own certificate first, behind each one the one that signed it" required error={form.errors.chain} />
        <PemField handle={key} label="Private key" description="PEM, not encrypted. Nothing ever shows it again" required concealed error={form.errors.key} />
        <Textarea label="Description" autosize minRows={1} maxRows={6} maxLength={1_000} {...form.getInputProps("description")} />
        <FormError error={error} />
        <DialogActions verb="Upload certificate" busy={create.isPending} onClose={onClose} />
      </Stack>
    </form>
  );
}
