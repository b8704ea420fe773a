import type { Section } from "../../lib/object-fields";

/** Where the proxy listens. */
export const LISTENER: readonly Section[] = [
  {
    title: "Listener",
    fields: [
      { kind: "text", path: "name", label: "Name", placeholder: "Its slug" },
      { kind: "text", path: "description", label: "Description" },
      { kind: "text", path: "address", label: "Address", description: "IP:PORT; ${node.NAME} is what each node says of itself", placeholder: "0.0.0.0:${node.http_port}", required: true, mono: true },
      { kind: "choice", path: "protocol", label: "Spoken", options: [{ value: "http", label: "HTTP" }, { value: "https", label: "HTTPS" }], usual: "HTTP" },
      { kind: "number", path: "request_timeout_seconds", label: "Longest pause of a client that sends", placeholder: "60", unit: "s" },
      { kind: "number", path: "keepalive_timeout_seconds", label: "Open between requests", placeholder: "75", unit: "s" },
    ],
  },
  {
    title: "TLS",
    note: "Files of the node with certificate and key",
    optional: { path: "tls", initial: { certificate_file: "", key_file: "" } },
    fields: [
      { kind: "text", path: "tls.certificate_file", label: "Certificate and its chain", description: "A file on the node, as PEM", required: true, mono: true },
      { kind: "text", path: "tls.key_file", label: "Private key", description: "A file on the node, as PEM", required: true, mono: true },
      { kind: "choice", path: "tls.min_version", label: "Oldest version", options: [{ value: "1.2", label: "1.2" }, { value: "1.3", label: "1.3" }], usual: "1.2" },
      { kind: "reference", path: "tls.client_trust_store", label: "Clients must show a certificate of", to: "trust_stores" },
    ],
  },
];
