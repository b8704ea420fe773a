import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { secretQuery, secretsQuery } from "../../api/secrets";
import type { ProjectSecret, SecretUse } from "../../api/types";
import { ConfigLink } from "../../app/links";
import { ObjectHistory } from "../../app/object-history";
import { useRefusal } from "../../app/workspace";
import { configPath } from "../../lib/config-place";
import { count } from "../../lib/format";
import { sentence } from "../../lib/words";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { CopyButton, Id } from "../../ui/copy";
import { DetailPage } from "../../ui/detail-page";
import { ErrorPanel, Loading } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { FactList, Panel, ScrollPage } from "../../ui/page";
import { DeleteSecret } from "./delete-secret";
import { DescribeDialog } from "./describe-dialog";
import { RotateDialog } from "./rotate-dialog";
import classes from "./secret-page.module.css";

const route = getRouteApi("/app/p/$project/secrets/$secretId");

export function SecretPage() {
  const { project, secretId } = route.useParams();
  const query = useQuery(secretQuery(project, secretId));
  if (query.data === undefined) {
    return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="This secret" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  }
  return <Detail project={project} secret={query.data.secret} uses={query.data.used_by} />;
}

function Detail({ project, secret, uses }: { project: string; secret: ProjectSecret; uses: readonly SecretUse[] }) {
  const { tab = "uses" } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const mayWrite = useRefusal("operator") === null;
  const [dialog, setDialog] = useState<"rotate" | "describe" | "delete" | null>(null);
  const close = (): void => setDialog(null);
  const gone = (): void => {
    void navigate({ to: "/p/$project/secrets", params: { project }, search: {} }).then(() => {
      client.removeQueries({ queryKey: secretQuery(project, secret.id).queryKey });
      return client.invalidateQueries({ queryKey: ["secrets", project] });
    });
  };
  return (
    <>
      <DetailPage
        kind={
          <Link to="/p/$project/secrets" params={{ project }} search={{}} className="link">
            Secrets
          </Link>
        }
        name={secret.name}
        state={secret.uses > 0 ? { kind: "ok", label: "In use" } : { kind: "unknown", label: "Not used" }}
        numbers={[
          { label: "For", value: secret.environment?.name ?? "all nodes" },
          { label: "Version", value: <Flash value={secret.version}>{secret.version}</Flash> },
          { label: "Rotated", value: <Ago at={secret.last_rotated_at} /> },
        ]}
        actions={
          mayWrite && (
            <>
              <ActionButton label="Rotate" icon="back" primary onClick={() => setDialog("rotate")} />
              <ActionButton label="Describe" icon="edit" onClick={() => setDialog("describe")} />
              <ActionButton label="Delete" icon="trash" danger onClick={() => setDialog("delete")} />
            </>
          )
        }
        tab={tab}
        onTab={(next) => void navigate({ search: { tab: next === "uses" ? undefined : next }, replace: true })}
        tabs={[
          { id: "uses", label: "Uses", count: secret.uses, content: () => <Uses secret={secret} uses={uses} /> },
          { id: "versions", label: "Versions", count: secret.versions.length, content: () => <Versions secret={secret} /> },
          { id: "history", label: "History", content: () => <ObjectHistory project={project} noun="secret" id={secret.id} /> },
        ]}
        aside={
          <>
            <Facts secret={secret} />
            <SameName project={project} secret={secret} />
          </>
        }
      />
      {dialog === "rotate" && <RotateDialog project={project} secret={secret} onClose={close} />}
      {dialog === "describe" && <DescribeDialog project={project} secret={secret} onClose={close} />}
      {dialog === "delete" && <DeleteSecret project={project} secret={secret} onClose={close} onGone={gone} />}
    </>
  );
}

/** What names it, with the way to each place. */
function Uses({ secret, uses }: { secret: ProjectSecret; uses: readonly SecretUse[] }) {
  const named = `\${secrets.${secret.name}}`;
  return (
    <Panel title="What of the configuration names it" aside={<span className="dim">{count(secret.uses, "object")}</span>} flush>
      <ul className={classes.rows} aria-label="Uses">
        {uses.map(({ kind, slug, fields }) => (
          <li key={`${kind} ${slug}`}>
            <ConfigLink at={configPath(kind, slug)}>{kind === "settings" ? "Settings" : slug}</ConfigLink>
            {kind !== "settings" && <span className="dim">{sentence(kind)}</span>}
            <span className={classes.fields}>
              {fields.map((field) => (
                <ConfigLink key={field} at={configPath(kind, slug, field)}>
                  <span className="mono">{field}</span>
                </ConfigLink>
              ))}
            </span>
          </li>
        ))}
        {secret.uses === 0 && (
          <li>
            <span>
              Nothing names it. Where the configuration shall have its value, write <code>{named}</code> <CopyButton text={named} what="how the configuration calls it" />
            </span>
          </li>
        )}
        {secret.uses > uses.length && uses.length > 0 && <li className="dim">and {secret.uses - uses.length} more</li>}
      </ul>
    </Panel>
  );
}

/** The values that are kept, sealed; the first one holds. */
function Versions({ secret }: { secret: ProjectSecret }) {
  return (
    <Panel title="Versions" aside={<span className="dim">the last five are kept, sealed</span>} flush>
      <ol className={classes.rows} aria-label="Versions">
        {secret.versions.map(({ version, created_by, inserted_at }) => (
          <li key={version}>
            <span className={classes.number}>Version {version}</span>
            <span>
              by {created_by} <Ago at={inserted_at} />
            </span>
            {version === secret.version && <span className="dim">holds now</span>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Facts({ secret }: { secret: ProjectSecret }) {
  const named = `\${secrets.${secret.name}}`;
  return (
    <Panel title="Secret">
      <FactList
        facts={[
          ["Description", secret.description || <span className="dim">not described</span>],
          [
            "Called",
            <span key="called" className={`mono ${classes.value}`}>
              {named} <CopyButton text={named} what="how the configuration calls it" />
            </span>,
          ],
          ["Created", <Ago key="created" at={secret.inserted_at} />],
          ["By", secret.created_by],
          ["Changed", <Ago key="changed" at={secret.updated_at} />],
          ["Id", <Id key="id" id={secret.id} what="the secret's id" />],
        ]}
      />
    </Panel>
  );
}

/** What other nodes get under its name: the value of their environment, else the one for all. */
function SameName({ project, secret }: { project: string; secret: ProjectSecret }) {
  const all = useQuery(secretsQuery(project)).data?.filter(({ name }) => name === secret.name) ?? [];
  const others = all.filter(({ id }) => id !== secret.id);
  const forAll = all.some(({ environment }) => !environment);
  return (
    <Panel title="Under the same name">
      {others.length > 0 && (
        <FactList
          facts={others.map(({ id, environment, version }) => [
            environment?.name ?? "All nodes",
            <Link key={id} to="/p/$project/secrets/$secretId" params={{ project, secretId: id }} search={{}} className="link">
              version {version}
            </Link>,
          ])}
        />
      )}
      <p className="dim" style={{ margin: others.length > 0 ? "10px 0 0" : 0 }}>
        {forAll ? "A node gets the value of its own environment; where there is none, the one for all." : "There is none for all nodes: those of other environments get no value."}
      </p>
    </Panel>
  );
}
