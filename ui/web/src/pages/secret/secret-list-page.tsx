import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { secretsQuery } from "../../api/secrets";
import type { ProjectSecret } from "../../api/types";
import { useRefusal } from "../../app/workspace";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { TextFilter } from "../../ui/filters";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { DeleteSecret } from "./delete-secret";
import { RotateDialog } from "./rotate-dialog";
import { SecretCreateDialog } from "./secret-create-dialog";

const route = getRouteApi("/app/p/$project/secrets");

type Asked = { verb: "rotate" | "delete"; secret: ProjectSecret };

/** The values that the configuration names and that nothing shows. */
export function SecretListPage() {
  const { project } = route.useParams();
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const mayWrite = useRefusal("operator") === null;
  const query = useQuery(secretsQuery(project));
  const [creating, setCreating] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const open = (secretId: string): void => void navigate({ to: "/p/$project/secrets/$secretId", params: { project, secretId }, search: {} });
  const columns = useMemo(() => columnsFor(project, mayWrite ? setAsked : null), [project, mayWrite]);
  const rows = useMemo(() => query.data?.filter((secret) => `${secret.name} ${secret.environment?.name ?? ""} ${secret.description}`.toLowerCase().includes(q.toLowerCase())), [query.data, q]);
  const create = mayWrite && <ActionButton label="Create secret" icon="plus" primary onClick={() => setCreating(true)} />;
  const none = q === "";
  return (
    <ListPage>
      <PageHeader title="Secrets" note={mayWrite ? "Values that the configuration names. They go in, and do not come out: nothing shows one, whoever asks." : "Values that the configuration names; nothing shows one. To make or change one needs the role operator."}>
        {create}
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Secrets"
          noun="secret"
          columns={columns}
          rows={rows}
          rowId={(secret) => secret.id}
          onOpen={(secret) => open(secret.id)}
          toolbar={<TextFilter value={q} onChange={(next) => void navigate({ search: next === "" ? {} : { q: next }, replace: true })} placeholder="Filter secrets" main />}
          empty={
            <Empty
              icon={none ? "lock" : "search"}
              title={none ? "No secrets yet" : "No secret is called that"}
              action={none ? create || undefined : undefined}
              command={none ? `sentinel-cp secret create API_TOKEN --from-file token.txt --project ${project}` : undefined}
            >
              {none ? (
                <>
                  A token, a password, a key: keep it here, and write <code>{"${secrets.API_TOKEN}"}</code> where the configuration needs it.
                </>
              ) : (
                "Names, environments and descriptions are looked through."
              )}
            </Empty>
          }
        />
      )}
      {creating && <SecretCreateDialog project={project} onClose={() => setCreating(false)} onMade={open} />}
      {asked?.verb === "rotate" && <RotateDialog project={project} secret={asked.secret} onClose={() => setAsked(null)} />}
      {asked?.verb === "delete" && (
        <DeleteSecret
          project={project}
          secret={asked.secret}
          onClose={() => setAsked(null)}
          onGone={() => {
            void client.invalidateQueries({ queryKey: ["secrets", project] });
            setAsked(null);
          }}
        />
      )}
    </ListPage>
  );
}

function columnsFor(project: string, ask: ((asked: Asked) => void) | null): Column<ProjectSecret>[] {
  const columns: Column<ProjectSecret>[] = [
    {
      id: "name",
      header: "Name",
      width: 220,
      cell: ({ id, name }) => (
        <Link to="/p/$project/secrets/$secretId" params={{ project, secretId: id }} search={{}} className="link mono">
          {name}
        </Link>
      ),
      text: ({ name }) => name,
    },
    { id: "environment", header: "For", width: 150, cell: ({ environment }) => environment?.name ?? <span className="dim">all nodes</span>, text: ({ environment }) => environment?.slug ?? "" },
    { id: "version", header: "Version", width: 80, align: "right", cell: ({ version }) => version, text: ({ version }) => String(version) },
    { id: "rotated", header: "Rotated", width: 110, cell: ({ last_rotated_at }) => <Ago at={last_rotated_at} />, text: ({ last_rotated_at }) => last_rotated_at },
    { id: "by", header: "By", width: 190, cell: (secret) => rotatedBy(secret), text: rotatedBy },
    { id: "uses", header: "Uses", width: 70, align: "right", cell: ({ uses }) => uses || <span className="dim">–</span>, text: ({ uses }) => String(uses) },
    { id: "description", header: "Description", cell: ({ description }) => description, text: ({ description }) => description },
    { id: "created", header: "Created", width: 110, hidden: true, cell: ({ inserted_at }) => <Ago at={inserted_at} />, text: ({ inserted_at }) => inserted_at },
  ];
  if (ask === null) return columns;
  const actions: Column<ProjectSecret> = {
    id: "actions",
    header: "Actions",
    width: 84,
    align: "right",
    cell: (secret) => (
      <RowMenu
        label={`Actions for ${secret.name}${secret.environment ? ` of ${secret.environment.name}` : ""}`}
        items={[
          { label: "Rotate", icon: "back", refusal: null, onClick: () => ask({ verb: "rotate", secret }) },
          { label: "Delete", icon: "trash", refusal: null, onClick: () => ask({ verb: "delete", secret }) },
        ]}
      />
    ),
  };
  return [...columns, actions];
}

/** Who gave it the value that it has. */
const rotatedBy = ({ versions, created_by }: ProjectSecret): string => versions[0]?.created_by ?? created_by;
