import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { certificatesQuery } from "../../api/certificates";
import { configurationQuery } from "../../api/configuration";
import type { Certificate } from "../../api/types";
import { CertificateLink, ConfigLink } from "../../app/links";
import { useRefusal } from "../../app/workspace";
import { issuerName, namesOf, usesOf } from "../../lib/certificate";
import { configPath } from "../../lib/config-place";
import { ActionButton } from "../../ui/action-button";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { TextFilter } from "../../ui/filters";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { CertificateCreateDialog } from "./create-dialog";
import { DeleteCertificate } from "./delete-certificate";
import { Ends } from "./ends";
import { RenewCertificate } from "./renew-certificate";
import { ReplaceDialog } from "./replace-dialog";

const route = getRouteApi("/app/p/$project/certificates");

type Asked = { verb: "renew" | "replace" | "delete"; certificate: Certificate };

interface Row {
  certificate: Certificate;
  /** Slugs of the listeners that show it; null: not known. */
  listeners: string[] | null;
}

/** The certificates that listeners show, whoever issued them. */
export function CertificateListPage() {
  const { project } = route.useParams();
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const mayWrite = useRefusal("operator") === null;
  const query = useQuery(certificatesQuery(project));
  const configuration = useQuery(configurationQuery(project)).data;
  const [creating, setCreating] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = (): void => setAsked(null);
  const open = (certificate: string): void => void navigate({ to: "/p/$project/certificates/$certificate", params: { project, certificate }, search: {} });
  const columns = useMemo(() => columnsFor(mayWrite ? setAsked : null), [mayWrite]);
  const rows = useMemo(() => {
    const isMeant = (certificate: Certificate): boolean => `${certificate.slug} ${namesOf(certificate).join(" ")} ${certificate.current?.issuer ?? ""} ${certificate.description}`.toLowerCase().includes(q.toLowerCase());
    const listeners = (slug: string): string[] | null => (configuration === undefined ? null : usesOf(configuration, slug).map(({ listener }) => listener));
    return query.data?.filter(isMeant).map((certificate): Row => ({ certificate, listeners: listeners(certificate.slug) }));
  }, [query.data, configuration, q]);
  const create = mayWrite && <ActionButton label="Add certificate" icon="plus" primary onClick={() => setCreating(true)} />;
  const none = q === "";
  return (
    <ListPage>
      <PageHeader title="Certificates" note={mayWrite ? "Chains with their keys, which listeners show. Keys go in, and do not come out." : "Chains with their keys, which listeners show; nothing shows a key. To add or change one needs the role operator."}>
        {create}
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Certificates"
          noun="certificate"
          columns={columns}
          rows={rows}
          rowId={({ certificate }) => certificate.id}
          onOpen={({ certificate }) => open(certificate.slug)}
          toolbar={<TextFilter value={q} onChange={(next) => void navigate({ search: next === "" ? {} : { q: next }, replace: true })} placeholder="Filter certificates" main />}
          empty={
            <Empty
              icon={none ? "shield" : "search"}
              title={none ? "No certificates yet" : "No certificate is called that"}
              action={none ? create || undefined : undefined}
              command={none ? `sentinel-cp certificate upload web --chain fullchain.pem --key privkey.pem --project ${project}` : undefined}
            >
              {none ? "Upload one that there is, or have a certificate authority issue one by ACME, which is renewed by itself. A listener shows it when it names it." : "Slugs, names, issuers and descriptions are looked through."}
            </Empty>
          }
        />
      )}
      {creating && <CertificateCreateDialog project={project} onClose={() => setCreating(false)} onMade={open} />}
      {asked?.verb === "renew" && <RenewCertificate project={project} certificate={asked.certificate} onClose={close} />}
      {asked?.verb === "replace" && <ReplaceDialog project={project} certificate={asked.certificate} onClose={close} />}
      {asked?.verb === "delete" && (
        <DeleteCertificate
          project={project}
          certificate={asked.certificate}
          onClose={close}
          onGone={() => {
            void client.invalidateQueries({ queryKey: ["certificates", project] });
            close();
          }}
        />
      )}
    </ListPage>
  );
}

function columnsFor(ask: ((asked: Asked) => void) | null): Column<Row>[] {
  const columns: Column<Row>[] = [
    { id: "slug", header: "Slug", width: 150, cell: ({ certificate: { slug } }) => <CertificateLink slug={slug} />, text: ({ certificate: { slug } }) => slug },
    {
      id: "names",
      header: "Names",
      cell: ({ certificate }) => (
        <span title={namesOf(certificate).join("\n")}>
          <span className="mono">{namesOf(certificate)[0]}</span>
          {namesOf(certificate).length > 1 && <span className="dim"> and {namesOf(certificate).length - 1} more</span>}
        </span>
      ),
      text: ({ certificate }) => namesOf(certificate).join(" "),
    },
    {
      id: "issuer",
      header: "Issuer",
      width: 190,
      cell: ({ certificate: { current } }) => (current ? <span title={current.issuer}>{issuerName(current.issuer)}</span> : <span className="dim">–</span>),
      text: ({ certificate: { current } }) => current?.issuer ?? "",
    },
    { id: "ends", header: "Ends", width: 230, cell: ({ certificate }) => <Ends certificate={certificate} />, text: ({ certificate: { current } }) => current?.not_after ?? "" },
    { id: "from", header: "From", width: 100, cell: ({ certificate: { source } }) => SOURCES[source], text: ({ certificate: { source } }) => source },
    {
      id: "uses",
      header: "Shown by",
      width: 150,
      cell: ({ certificate, listeners }) => <Listeners certificate={certificate} listeners={listeners} />,
      text: ({ listeners }) => listeners?.join(" ") ?? "",
    },
    { id: "version", header: "Version", width: 80, align: "right", hidden: true, cell: ({ certificate: { current } }) => current?.version ?? <span className="dim">–</span>, text: ({ certificate: { current } }) => String(current?.version ?? "") },
    { id: "description", header: "Description", width: 220, hidden: true, cell: ({ certificate: { description } }) => description, text: ({ certificate: { description } }) => description },
  ];
  if (ask === null) return columns;
  const actions: Column<Row> = {
    id: "actions",
    header: "Actions",
    width: 84,
    align: "right",
    cell: ({ certificate }) => (
      <RowMenu
        label={`Actions for ${certificate.slug}`}
        items={[
          certificate.source === "acme" ? { label: certificate.current ? "Renew now" : "Ask anew", icon: "back", refusal: null, onClick: () => ask({ verb: "renew", certificate }) } : { label: "Replace", icon: "back", refusal: null, onClick: () => ask({ verb: "replace", certificate }) },
          { label: "Delete", icon: "trash", refusal: null, onClick: () => ask({ verb: "delete", certificate }) },
        ]}
      />
    ),
  };
  return [...columns, actions];
}

const SOURCES: Record<Certificate["source"], string> = { uploaded: "Uploaded", acme: "ACME" };

function Listeners({ certificate: { slug }, listeners }: Row) {
  const [first, ...others] = listeners ?? [];
  if (first === undefined) return <span className="dim">{listeners === null ? "" : "–"}</span>;
  return (
    <span title={listeners?.join("\n")}>
      <ConfigLink at={configPath("listener", first)}>{first}</ConfigLink>
      {others.length > 0 && <CertificateLink slug={slug}> and {others.length} more</CertificateLink>}
    </span>
  );
}
