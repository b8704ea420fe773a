import { Modal, SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";

import type { CertificateBody } from "../../api/types";
import { RequestForm } from "./request-form";
import { UploadForm } from "./upload-form";
import { Warnings } from "./warnings";

/** Makes a certificate: one that there is, or one that a certificate authority issues. */
export function CertificateCreateDialog({ project, onClose, onMade }: { project: string; onClose: () => void; onMade: (slug: string) => void }) {
  const [way, setWay] = useState("upload");
  const [made, setMade] = useState<CertificateBody | null>(null);
  const take = (body: CertificateBody): void => {
    if (body.warnings.length > 0) setMade(body);
    else onMade(body.certificate.slug);
  };
  const open = (): void => {
    if (made !== null) onMade(made.certificate.slug);
  };
  return (
    <Modal opened onClose={made === null ? onClose : open} title="Add certificate" size="lg">
      {made !== null ? (
        <Warnings warnings={made.warnings} verb="Open the certificate" onGo={open} />
      ) : (
        <Stack gap="md">
          <SegmentedControl
            aria-label="Where it comes from"
            value={way}
            onChange={setWay}
            data={[
              { value: "upload", label: "Upload" },
              { value: "acme", label: "Issued by ACME" },
            ]}
          />
          {way === "upload" ? <UploadForm project={project} onClose={onClose} onMade={take} /> : <RequestForm project={project} onClose={onClose} onMade={take} />}
        </Stack>
      )}
    </Modal>
  );
}
