import { Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { requestCertificate } from "../../api/certificates";
import type { ApiError } from "../../api/error";
import { sessionQuery } from "../../api/session";
import type { CertificateBody } from "../../api/types";
import { useAction } from "../../app/use-action";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { FormError } from "../../ui/feedback";
import { PemField, type PemHandle } from "./pem-field";
import { domainsOf, fieldOf } from "./request";
import { SLUG } from "./upload-form";

/** What a certificate authority shall issue. */
export function RequestForm({ project, onClose, onMade }: { project: string; onClose: () => void; onMade: (made: CertificateBody) => void }) {
  const me = useQuery(sessionQuery).data?.user.email;
  const [authority, hmac] = [useRef<PemHandle>(null), useRef<HTMLInputElement>(null)];
  const form = useForm({ initialValues: { slug: "", domains: "", contact: me ?? "", description: "", ofOwn: false, directory: "", keyId: "" } });
  const [error, setError] = useState<ApiError | null>(null);
  const { ofOwn } = form.values;
  const request = useAction({
    // What is asked for is remembered for a while, so the key is no part of it.
    run: ({ slug, domains, contact, description, directory, keyId }: typeof form.values) => {
      const hmac_key = hmac.current?.value.trim() ?? "";
      const external = ofOwn && (keyId.trim() !== "" || hmac_key !== "");
      return requestCertificate(project, {
        slug: slug.trim(),
        domains: domainsOf(domains),
        contact: contact.trim(),
        description: description.trim() || null,
        directory_url: (ofOwn && directory.trim()) || null,
        directory_ca: (ofOwn && authority.current?.read().trim()) || null,
        external_account: external ? { key_id: keyId.trim(), hmac_key } : null,
      });
    },
    done: ({ certificate }) => `${certificate.slug} is asked for`,
    refresh: [["certificates", project], ["audit"]],
    then: onMade,
  });
  return (
    <form
      aria-label="Issued by ACME"
      autoComplete="off"
      onSubmit={form.onSubmit((values) => {
        setError(null);
        request.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, fieldOf(domainsOf(values.domains)))) });
      })}
    >
      <Stack gap="sm">
        <TextInput label="Slug" description={SLUG} placeholder="web" required maxLength={50} autoComplete="off" data-autofocus {...form.getInputProps("slug")} />
        <Textarea
          label="Names"
          description="Whole DNS names, one on each line; no wildcards. Port 80 of each has to lead to nodes or members: the certificate authority asks there for a proof"
          placeholder={"shop.example.com\nwww.example.com"}
          required
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
          classNames={{ input: "mono" }}
          {...form.getInputProps("domains")}
        />
        <TextInput label="Contact" description="E-mail address that the certificate authority writes to" required autoComplete="off" {...form.getInputProps("contact")} />
        <Textarea label="Description" autosize minRows={1} maxRows={6} maxLength={1_000} {...form.getInputProps("description")} />
        <Switch label="Another certificate authority than Let's Encrypt" {...form.getInputProps("ofOwn", { type: "checkbox" })} />
        {ofOwn && (
          <>
            <TextInput label="Directory" description="Where the certificate authority begins, over HTTPS" placeholder="https://ca.example.com/acme/directory" required autoComplete="off" classNames={{ input: "mono" }} {...form.getInputProps("directory")} />
            <PemField handle={authority} label="Who vouches for the directory" description="PEM, for a certificate authority of one's own; nobody else vouches for it then" error={form.errors.authority} />
            <TextInput label="External account: id" description="Where the certificate authority asks for an account of its own" autoComplete="off" {...form.getInputProps("keyId")} />
            <TextInput ref={hmac} label="External account: HMAC key" description="In Base64 for URLs, as it was given. Nothing ever shows it again" autoComplete="off" spellCheck={false} classNames={{ input: "mono concealed" }} error={form.errors.hmac} />
          </>
        )}
        <FormError error={error} />
        <DialogActions verb="Request certificate" busy={request.isPending} onClose={onClose} />
      </Stack>
    </form>
  );
}
