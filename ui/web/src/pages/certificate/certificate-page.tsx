import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { certificateQuery } from "../../api/certificates";
import { configurationQuery } from "../../api/configuration";
import type { Certificate, CertificateBody } from "../../api/types";
import { ConfigLink } from "../../app/links";
import { ObjectHistory } from "../../app/object-history";
import { useRefusal } from "../../app/workspace";
import { type CertificateUse, issuerName, namesOf, usesOf } from "../../lib/certificate";
import { configPath } from "../../lib/config-place";
import { useSeconds } from "../../lib/clock";
import { count } from "../../lib/format";
import { chainOf } from "../../lib/x509";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { CopyButton, Id } from "../../ui/copy";
import { DetailPage } from "../../ui/detail-page";
import { ErrorPanel, Loading, Note } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { FactList, Panel, ScrollPage } from "../../ui/page";
import classes from "./certificate-page.module.css";
import { DeleteCertificate } from "./delete-certificate";
import { DescribeDialog } from "./describe-dialog";
import { useCertificateState } from "./ends";
import { RenewCertificate } from "./renew-certificate";
import { ReplaceDialog } from "./replace-dialog";
import { Validity } from "./validity";

const route = getRouteApi("/app/p/$project/certificates/$certificate");

export function CertificatePage() {
  const { project, certificate } = route.useParams();
  const query = useQuery(certificateQuery(project, certificate));
  if (query.data === undefined) {
    return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="This certificate" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  }
  return <Detail project={project} body={query.data} />;
}

function Detail({ project, body }: { project: string; body: CertificateBody }) {
  const { certificate } = body;
  const { slug, current, acme } = certificate;
  const { tab = "certificate" } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const mayWrite = useRefusal("operator") === null;
  const state = useCertificateState(certificate);
  const configuration = useQuery(configurationQuery(project)).data;
  const uses = useMemo(() => (configuration === undefined ? undefined : usesOf(configuration, slug)), [configuration, slug]);
  const [dialog, setDialog] = useState<"renew" | "replace" | "describe" | "delete" | null>(null);
  const close = (): void => setDialog(null);
  const gone = (): void => {
    void navigate({ to: "/p/$project/certificates", params: { project }, search: {} }).then(() => {
      client.removeQueries({ queryKey: certificateQuery(project, slug).queryKey });
      return client.invalidateQueries({ queryKey: ["certificates", project] });
    });
  };
  return (
    <>
      <DetailPage
        kind={
          <Link to="/p/$project/certificates" params={{ project }} search={{}} className="link">
            Certificates
          </Link>
        }
        name={slug}
        state={state}
        numbers={[
          { label: state.label === "Ended" ? "Ended" : "Ends", value: current ? <Ago at={current.not_after} /> : <span className="dim">–</span> },
          { label: "From", value: acme ? "ACME" : "Upload" },
          { label: "Version", value: <Flash value={current?.version ?? 0}>{current?.version ?? <span className="dim">–</span>}</Flash> },
        ]}
        actions={
          mayWrite && (
            <>
              {acme ? <ActionButton label={current ? "Renew now" : "Ask anew"} icon="back" primary onClick={() => setDialog("renew")} /> : <ActionButton label="Replace" icon="back" primary onClick={() => setDialog("replace")} />}
              <ActionButton label="Describe" icon="edit" onClick={() => setDialog("describe")} />
              <ActionButton label="Delete" icon="trash" danger onClick={() => setDialog("delete")} />
            </>
          )
        }
        notice={<Notice certificate={certificate} />}
        tab={tab}
        onTab={(next) => void navigate({ search: { tab: next === "certificate" ? undefined : next }, replace: true })}
        tabs={[
          { id: "certificate", label: "Certificate", content: () => <What body={body} /> },
          { id: "uses", label: "Listeners", count: uses?.length, content: () => <Uses slug={slug} uses={uses} /> },
          { id: "versions", label: "Versions", count: certificate.versions.length, content: () => <Versions certificate={certificate} /> },
          { id: "history", label: "History", content: () => <ObjectHistory project={project} noun="certificate" id={certificate.id} /> },
        ]}
        aside={
          <>
            <Facts certificate={certificate} />
            <Order certificate={certificate} />
          </>
        }
      />
      {dialog === "renew" && <RenewCertificate project={project} certificate={certificate} onClose={close} />}
      {dialog === "replace" && <ReplaceDialog project={project} certificate={certificate} onClose={close} />}
      {dialog === "describe" && <DescribeDialog project={project} certificate={certificate} onClose={close} />}
      {dialog === "delete" && <DeleteCertificate project={project} certificate={certificate} onClose={close} onGone={gone} />}
    </>
  );
}

/** What must be seen first: that nothing was issued, that it ends. */
function Notice({ certificate }: { certificate: Certificate }) {
  const { acme, current } = certificate;
  const { kind, label } = useCertificateState(certificate);
  if (acme?.failure) {
    const { reason, times, at } = acme.failure;
    return (
      <Note kind={kind === "failed" ? "failed" : "degraded"} title={times > 1 ? `${label}, ${count(times, "time")} in a row` : label}>
        <div className={classes.reason}>{reason}</div>
        <div className="dim">
          <Ago at={at} />
          {acme.next_attempt_at ? (
            <>
              , asked for again <Ago at={acme.next_attempt_at} />
            </>
          ) : (
            ", asked for again now"
          )}
        </div>
      </Note>
    );
  }
  if (kind === "progressing" && !current) return <Note kind="info">{label === "Asked for" ? "The certificate authority is asked as soon as the leader comes to it." : "The certificate authority asks for a proof on port 80 of each name, and issues it then."} The page shows it when it is there.</Note>;
  if (label === "Ended") return <Note kind="failed">Clients refuse what shows it. {acme ? "“Renew now” asks for another one." : "“Replace” gives it another chain and key; nodes show them at once."}</Note>;
  return null;
}

function What({ body: { certificate, chain } }: { body: CertificateBody }) {
  const { current, acme } = certificate;
  const names = namesOf(certificate);
  return (
    <>
      {current && (
        <Panel title="Validity">
          <Validity certificate={certificate} version={current} />
        </Panel>
      )}
      <Panel title={current ? "Names" : "Names that are asked for"} aside={<span className="dim">{count(names.length, "name")}</span>}>
        <div className={`mono ${classes.names}`}>
          {names.map((name) => (
            <span key={name}>{name}</span>
          ))}
        </div>
        {current && acme && <Lacking asked={acme.domains} issued={current.names} />}
      </Panel>
      {chain && <Chain pem={chain} />}
    </>
  );
}

/** What is asked for and not in what was issued last; certificate authorities issue for all or not at all. */
function Lacking({ asked, issued }: { asked: readonly string[]; issued: readonly string[] }) {
  const lacking = asked.filter((name) => !issued.includes(name));
  return lacking.length === 0 ? null : <div className="dim">Asked for, and not in it: {lacking.join(", ")}</div>;
}

/** The certificates of the chain, the server's own first. */
function Chain({ pem }: { pem: string }) {
  const links = useMemo(() => chainOf(pem), [pem]);
  return (
    <Panel
      title="Chain"
      aside={
        <span className="dim">
          PEM <CopyButton text={pem} what="the chain, as PEM" />
        </span>
      }
      flush
    >
      <ol className={classes.rows} aria-label="Chain">
        {links?.map(({ serial, subject, issuer, notAfter }, place) => (
          <li key={serial}>
            <strong>{subject || "no name of its own"}</strong>
            <span className="dim">issued by {issuer || "nobody that is named"}</span>
            <span className={`dim ${classes.below}`}>
              <span>
                serial <span className={`mono ${classes.whole}`}>{serial}</span> <CopyButton text={serial} what="the serial number" />
              </span>
              {place > 0 && (
                <EndWords at={notAfter} />
              )}
            </span>
          </li>
        ))}
        {links === null && <li className="dim">It cannot be read here; copy it to look at it.</li>}
      </ol>
    </Panel>
  );
}

/** The listeners that show it, with the way to each place. */
function Uses({ slug, uses }: { slug: string; uses: readonly CertificateUse[] | undefined }) {
  if (uses === undefined) return <Loading />;
  return (
    <Panel title="Listeners that show it" aside={<span className="dim">{count(uses.length, "listener")}</span>} flush>
      <ul className={classes.rows} aria-label="Listeners">
        {uses.map((use) => (
          <li key={use.listener}>
            <ConfigLink at={configPath("listener", use.listener)}>{use.listener}</ConfigLink>
            <span className="dim">{use.hosts.length === 0 ? "for every name that no other one is for" : `for ${use.hosts.join(", ")}`}</span>
            <span className={classes.below}>
              {use.fields.map((field) => (
                <ConfigLink key={field} at={configPath("listener", use.listener, field)}>
                  <span className="mono">{field}</span>
                </ConfigLink>
              ))}
            </span>
          </li>
        ))}
        {uses.length === 0 && (
          <li>
            <span>
              No listener of the configuration names it. One shows it with <code>{`tls: { certificate: ${slug} }`}</code>; a text in the proxy&apos;s own language names <code>{`\${certificates.${slug}.chain}`}</code>.
            </span>
          </li>
        )}
      </ul>
    </Panel>
  );
}

/** What it is and was; the first one holds. */
function Versions({ certificate: { versions, current } }: { certificate: Certificate }) {
  return (
    <Panel title="Versions" aside={<span className="dim">the last five are kept, their keys sealed</span>} flush>
      <ol className={classes.rows} aria-label="Versions">
        {versions.map(({ version, created_by, inserted_at, not_after, issuer, fingerprint }) => (
          <li key={version}>
            <span className={classes.number}>Version {version}</span>
            <span>
              by {created_by} <Ago at={inserted_at} />
            </span>
            {version === current?.version && <span className="dim">holds now</span>}
            <span className={`dim ${classes.below}`}>
              <span>issued by {issuerName(issuer)}</span>
              <EndWords at={not_after} />
              <Id id={fingerprint} what={`the fingerprint of version ${version}`} />
            </span>
          </li>
        ))}
        {versions.length === 0 && <li className="dim">None was issued yet.</li>}
      </ol>
    </Panel>
  );
}

/** `ends in 60 d`, `ended 3 d ago`. */
function EndWords({ at }: { at: string }) {
  const isOver = useSeconds() * 1_000 >= Date.parse(at);
  return (
    <span>
      {isOver ? "ended" : "ends"} <Ago at={at} />
    </span>
  );
}

function Facts({ certificate: { description, current, id, inserted_at, created_by, updated_at } }: { certificate: Certificate }) {
  const issued: [string, React.ReactNode][] = current
    ? [
        [
          "Issuer",
          <span key="issuer" className={classes.whole} title={current.issuer}>
            {issuerName(current.issuer)}
          </span>,
        ],
        ["Key", current.key_type],
        ["Fingerprint", <Id key="fingerprint" id={current.fingerprint} what="the SHA-256 fingerprint" />],
      ]
    : [];
  return (
    <Panel title="Certificate">
      <FactList
        facts={[
          ["Description", description || <span className="dim">not described</span>],
          ...issued,
          ["Created", <Ago key="created" at={inserted_at} />],
          ["By", created_by],
          ["Changed", <Ago key="changed" at={updated_at} />],
          ["Id", <Id key="id" id={id} what="the certificate's id" />],
        ]}
      />
    </Panel>
  );
}

const ORDERS = { pending: "Waits for the leader", ordered: "Under way", issued: "None under way", failed: "Failed; waits" } as const;

/** What is asked of the certificate authority. */
function Order({ certificate: { acme } }: { certificate: Certificate }) {
  if (!acme) return null;
  return (
    <Panel title="ACME">
      <FactList
        facts={[
          ["Order", <Flash key="order" value={acme.state}>{ORDERS[acme.state]}</Flash>],
          ["Next one", acme.next_attempt_at ? <Ago key="next" at={acme.next_attempt_at} /> : <span className="dim">one is under way</span>],
          [
            "Directory",
            <span key="directory" className={`mono ${classes.whole}`}>
              {acme.directory_url}
            </span>,
          ],
          ...(acme.directory_ca ? ([["Vouched for", <span key="ca">by its own authority <CopyButton text={acme.directory_ca} what="who vouches for it, as PEM" /></span>]] as [string, React.ReactNode][]) : []),
          ["Contact", <span key="contact" className={classes.whole}>{acme.contact}</span>],
          ...(acme.external_key_id ? ([["Account", <span key="account" className={`mono ${classes.whole}`}>{acme.external_key_id}</span>]] as [string, React.ReactNode][]) : []),
        ]}
      />
    </Panel>
  );
}
