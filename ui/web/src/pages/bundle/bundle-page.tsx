import { Button, SegmentedControl, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Fragment, type ReactNode, useState } from "react";

import { archiveUrl, bundleDiffQuery, bundleQuery, bundlesQuery, bundleSourceQuery, bundleVerifyQuery, revokeBundle } from "../../api/bundles";
import { overviewQuery } from "../../api/overview";
import type { Bundle } from "../../api/types";
import { CertificateLink } from "../../app/links";
import { ObjectHistory } from "../../app/object-history";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { bytes, count } from "../../lib/format";
import { bundleStatus, risk } from "../../lib/states";
import { riskReason } from "../../lib/words";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { Id } from "../../ui/copy";
import { DetailPage } from "../../ui/detail-page";
import { type DiffLayout, DiffView } from "../../ui/diff-view";
import { ErrorPanel, Loading, Note } from "../../ui/feedback";
import { Icon } from "../../ui/icons";
import { Kdl } from "../../ui/kdl";
import { FactList, Panel, ScrollPage } from "../../ui/page";
import { State } from "../../ui/state";
import classes from "./bundle-page.module.css";
import { NodePicker } from "./node-picker";
import { Sbom } from "./sbom";

const route = getRouteApi("/app/p/$project/bundles/$bundleId");

export function BundlePage() {
  const { project, bundleId } = route.useParams();
  const query = useQuery(bundleQuery(project, bundleId));
  if (query.data === undefined) {
    return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="This bundle" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  }
  return <BundleDetail project={project} bundle={query.data} />;
}

function BundleDetail({ project, bundle }: { project: string; bundle: Bundle }) {
  const { tab = "about" } = route.useSearch();
  const navigate = route.useNavigate();
  const [dialog, setDialog] = useState<"assign" | "revoke" | null>(null);
  const refused = useRefusal("operator");
  const revoked = bundle.status === "revoked" ? "The bundle is revoked" : null;
  const { data: overview } = useQuery(overviewQuery(project));
  const runs = overview?.nodes.by_bundle.find((row) => row.bundle_id === bundle.id)?.nodes ?? 0;
  const revoke = useAction({
    run: () => revokeBundle(project, bundle.id),
    done: () => `${bundle.version} is revoked: no member hands it out any more`,
    refresh: [["bundles", project], ["overview", project]],
    then: () => setDialog(null),
  });
  return (
    <>
      <DetailPage
        kind={
          <Link to="/p/$project/bundles" params={{ project }} search={{}} className="link">
            Bundles
          </Link>
        }
        name={bundle.version}
        state={bundleStatus(bundle)}
        numbers={[
          {
            label: "Runs on",
            value: (
              <Link to="/p/$project/nodes" params={{ project }} search={{ bundle: bundle.id }} className="quiet">
                {count(runs, "node")}
              </Link>
            ),
          },
          { label: "Risk", value: <State shown={risk(bundle.risk_level)} /> },
        ]}
        actions={
          <>
            <ActionButton
              label="Start rollout"
              icon="rollout"
              primary
              refusal={refused ?? revoked}
              onClick={() => void navigate({ to: "/p/$project/rollouts/new", params: { project }, search: { bundle: bundle.id } })}
            />
            <ActionButton label="Assign" icon="node" refusal={refused ?? revoked} onClick={() => setDialog("assign")} />
            <ActionButton
              label="Edit as new"
              icon="plus"
              refusal={refused}
              onClick={() => void navigate({ to: "/p/$project/bundles/new", params: { project }, search: { from: bundle.id } })}
            />
            <ActionButton label="Revoke" icon="stop" danger refusal={refused ?? revoked} onClick={() => setDialog("revoke")} />
          </>
        }
        notice={bundle.status === "revoked" ? <Note kind="failed" title="Revoked">No member hands it out any more. {runs > 0 ? `${count(runs, "node")} still run it until something else is assigned.` : "No node runs it."}</Note> : null}
        tab={tab}
        onTab={(tab) => void navigate({ search: (before) => ({ ...before, tab: tab === "about" ? undefined : tab }), replace: true })}
        tabs={[
          { id: "about", label: "About", content: () => <About project={project} bundle={bundle} /> },
          { id: "source", label: "Source", content: () => <Source project={project} bundle={bundle} /> },
          { id: "diff", label: "Difference", content: () => <Difference project={project} bundle={bundle} /> },
          { id: "parts", label: "Bill of materials", content: () => <Sbom project={project} bundle={bundle} /> },
          { id: "history", label: "History", content: () => <ObjectHistory project={project} noun="bundle" id={bundle.id} /> },
        ]}
        aside={<Facts project={project} bundle={bundle} />}
      />
      {dialog === "assign" && <NodePicker project={project} bundle={bundle} onClose={() => setDialog(null)} />}
      <Confirm
        opened={dialog === "revoke"}
        onClose={() => setDialog(null)}
        title={`Revoke ${bundle.version}`}
        verb="Revoke bundle"
        danger
        typed={bundle.version}
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoke.mutate(undefined)}
      >
        Members stop handing it out at once, and it can never be assigned or rolled out again. {runs === 0 ? "No node runs it." : `${count(runs, "node")} that run it keep serving with it until something else is assigned.`}
      </Confirm>
    </>
  );
}

function About({ project, bundle }: { project: string; bundle: Bundle }) {
  return (
    <>
      <Panel title="Risk against what the fleet ran when it was made" aside={<State shown={risk(bundle.risk_level)} />}>
        {bundle.risk_reasons.length === 0 ? (
          <span className="dim">Nothing that stands out: no change of authentication, TLS, WAF, listeners or rate limits, and nothing was removed.</span>
        ) : (
          <ul className={classes.list}>
            {bundle.risk_reasons.map((reason) => (
              <li key={reason}>{riskReason(reason)}</li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title={bundle.warnings.length === 0 ? "Warnings" : count(bundle.warnings.length, "warning")}>
        {bundle.warnings.length === 0 ? (
          <span className="dim">The validator has none.</span>
        ) : (
          <ul className={classes.list}>
            {bundle.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        )}
      </Panel>
      <Signature project={project} bundle={bundle} />
    </>
  );
}

function Signature({ project, bundle }: { project: string; bundle: Bundle }) {
  const [asked, setAsked] = useState(false);
  const query = useQuery({ ...bundleVerifyQuery(project, bundle.id), enabled: asked });
  const verify = (): void => {
    setAsked(true);
    if (asked) void query.refetch();
  };
  return (
    <Panel
      title="Signature"
      aside={
        <Button variant="default" size="compact-xs" leftSection={<Icon name="shield" size={13} />} loading={query.isFetching} onClick={verify}>
          Verify the stored bytes
        </Button>
      }
    >
      <div className={classes.signature}>
        {query.data !== undefined && !query.isFetching && (
          <Note kind={query.data.verified ? "ok" : "failed"} title={query.data.verified ? "Verified" : "Not what was signed"}>
            {query.data.verified
              ? `Archive, manifest, every file and the signature by ${query.data.key_id ?? "the org's key"} agree.`
              : "The stored bytes and the signature do not agree. Do not roll this bundle out; look at the disks of this member."}
          </Note>
        )}
        {query.isError && <ErrorPanel error={query.error} what="The verification" onRetry={verify} />}
        <FactList
          facts={[
            ["Key", <Id key="key" id={bundle.signing_key_id} what="the key id" />],
            ["Signature", <Id key="signature" id={bundle.signature} what="the signature" />],
            ["Manifest", <Id key="manifest" id={bundle.manifest_digest} what="the manifest digest" />],
          ]}
        />
      </div>
    </Panel>
  );
}

function Source({ project, bundle }: { project: string; bundle: Bundle }) {
  const { text = "written" } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(bundleSourceQuery(project, bundle.id));
  if (query.isPending) return <Loading />;
  if (query.isError) return <ErrorPanel error={query.error} what="The source" onRetry={() => void query.refetch()} />;
  return (
    <>
      <SegmentedControl
        w="max-content"
        value={text}
        onChange={(text) => void navigate({ search: (before) => ({ ...before, text: text === "compiled" ? "compiled" : undefined }), replace: true })}
        data={[
          { value: "written", label: "As written" },
          { value: "compiled", label: "As nodes get it" },
        ]}
      />
      <div className={`panel ${classes.source}`}>
        <Kdl key={text} readOnly label="Configuration" value={text === "compiled" ? query.data.compiled_source : query.data.config_source} />
      </div>
    </>
  );
}

function Difference({ project, bundle }: { project: string; bundle: Bundle }) {
  const { against, layout = "split" } = route.useSearch();
  const navigate = route.useNavigate();
  const bundles = useInfiniteQuery(bundlesQuery(project));
  const others = bundles.data?.filter((candidate) => candidate.id !== bundle.id) ?? [];
  const before = others.find((candidate) => candidate.inserted_at < bundle.inserted_at);
  const chosen = against ?? before?.id ?? others[0]?.id;
  const query = useQuery({ ...bundleDiffQuery(project, bundle.id, chosen ?? ""), enabled: chosen !== undefined });
  if (bundles.data !== undefined && chosen === undefined) return <p className="dim">There is no other bundle to compare with.</p>;
  return (
    <>
      <div className={classes.diffBar}>
        <Select
          aria-label="Compare with"
          leftSection={<Icon name="diff" size={14} />}
          w={260}
          searchable
          data={others.map((candidate) => ({ value: candidate.id, label: candidate.id === before?.id ? `${candidate.version} (the one before)` : candidate.version }))}
          value={chosen ?? null}
          onChange={(id) => void navigate({ search: (before) => ({ ...before, against: id ?? undefined }), replace: true })}
        />
        <span className={classes.arrow}>→ {bundle.version}</span>
        {query.data !== undefined && (
          <span className={classes.counts}>
            <span className={classes.plus}>+{query.data.additions}</span> <span className={classes.minus}>−{query.data.deletions}</span>
          </span>
        )}
        <SegmentedControl
          ml="auto"
          value={layout}
          onChange={(layout) => void navigate({ search: (before) => ({ ...before, layout: layout as DiffLayout }), replace: true })}
          data={[
            { value: "split", label: "Side by side" },
            { value: "unified", label: "Unified" },
          ]}
        />
      </div>
      {query.isError && <ErrorPanel error={query.error} what="The difference" onRetry={() => void query.refetch()} />}
      {query.data === undefined && !query.isError && <Loading />}
      {query.data !== undefined && (query.data.diff.trim() === "" ? <p className="dim">The texts are the same.</p> : <DiffView diff={query.data.diff} layout={layout} />)}
    </>
  );
}

function Facts({ project, bundle }: { project: string; bundle: Bundle }) {
  return (
    <Panel title="Bundle">
      <FactList
        facts={[
          ["Created", <Ago key="at" at={bundle.inserted_at} />],
          ["By", bundle.created_by],
          ["Made of", bundle.config_revision == null ? "A text" : `Revision ${bundle.config_revision} of the configuration`],
          ...(bundle.secrets.length > 0 ? ([["Secrets", bundle.secrets.join(", ")]] as [string, ReactNode][]) : []),
          ...(bundle.certificates.length > 0 ? ([["Certificates", <CertificateLinks key="certificates" slugs={bundle.certificates} />]] as [string, ReactNode][]) : []),
          [
            "Archive",
            <a key="archive" className="link" href={archiveUrl(project, bundle.id)} download={`${bundle.version}.tar.zst`}>
              {bytes(bundle.size_bytes)}, .tar.zst
            </a>,
          ],
          ["Digest", <Id key="digest" id={bundle.digest} what="the digest" />],
          ["Id", <Id key="id" id={bundle.id} what="the bundle's id" />],
        ]}
      />
    </Panel>
  );
}

function CertificateLinks({ slugs }: { slugs: readonly string[] }) {
  return slugs.map((slug, place) => (
    <Fragment key={slug}>
      {place > 0 && ", "}
      <CertificateLink slug={slug} />
    </Fragment>
  ));
}
