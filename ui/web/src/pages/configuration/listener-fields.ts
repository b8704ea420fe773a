import type { Section } from "../../lib/object-fields";

/** Where the proxy listens. */
export const LISTENER: readonly Section[] = [
  {
    title: "Listener",
    fields: [
      { kind: "text", path: "name", label: "Name", placeholder: "Its slug" },
      { kind: "area", path: "description", label: "Description" },
      { kind: "text", path: "address", label: "Address", description: "IP:PORT; ${node.NAME} is what each node says of itself", placeholder: "0.0.0.0:${node.http_port}", required: true, mono: true },
      { kind: "choice", path: "protocol", label: "Spoken", options: [{ value: "http", label: "HTTP" }, { value: "https", label: "HTTPS" }], usual: "HTTP" },
      { kind: "number", path: "request_timeout_seconds", label: "Longest pause of a client that sends", placeholder: "60", unit: "s" },
      { kind: "number", path: "keepalive_timeout_seconds", label: "Open between requests", placeholder: "75", unit: "s" },
    ],
  },
  {
    title: "TLS",
    note: "A certificate of the project, which nodes are handed with its key; or files that they have",
    optional: { path: "tls", initial: { certificate: "" } },
    fields: [
      { kind: "text", path: "tls.certificate", label: "Certificate", description: "Its slug; sentinel-cp certificate list shows them", placeholder: "web", mono: true },
      {
        kind: "rows",
        path: "tls.names",
        label: "Other ones for some names",
        noun: "certificate",
        initial: { hosts: [], certificate: "" },
        columns: [
          { kind: "lines", path: "hosts", label: "Names", placeholder: "*.example.com", required: true },
          { kind: "text", path: "certificate", label: "Certificate", placeholder: "wild", required: true, mono: true },
        ],
      },
      { kind: "text", path: "tls.certificate_file", label: "In its place: file of the chain", description: "On the node, as PEM", mono: true },
      { kind: "text", path: "tls.key_file", label: "File of the private key", description: "On the node, as PEM", mono: true },
      { kind: "choice", path: "tls.min_version", label: "Oldest version", options: [{ value: "1.2", label: "1.2" }, { value: "1.3", label: "1.3" }], usual: "1.2" },
      { kind: "reference", path: "tls.client_trust_store", label: "Clients must show a certificate of", to: "trust_stores" },
    ],
  },
];
