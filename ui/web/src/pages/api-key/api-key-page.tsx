import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { apiKeysQuery, deleteApiKey, revokeApiKey } from "../../api/api-keys";
import type { ApiKey, ApiKeyCreated } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal, useWorkspace } from "../../app/workspace";
import { now } from "../../lib/clock";
import { spent } from "../../lib/expiry";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel } from "../../ui/feedback";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { SecretOnce } from "../../ui/secret-once";
import { State } from "../../ui/state";
import { ApiKeyCreateDialog } from "./api-key-create-dialog";

const route = getRouteApi("/app/o/$org/api-keys");

export function ApiKeyPage() {
  const { org } = route.useParams();
  const { membership } = useWorkspace();
  const refusal = useRefusal("admin");
  const query = useInfiniteQuery({ ...apiKeysQuery(org), enabled: refusal === null });
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<ApiKeyCreated | null>(null);
  const [asked, setAsked] = useState<{ verb: "revoke" | "delete"; key: ApiKey } | null>(null);
  const refresh = [["api-keys", org]];
  const act = useAction({
    run: async ({ verb, key }: { verb: "revoke" | "delete"; key: ApiKey }) => {
      if (verb === "revoke") await revokeApiKey(key.id);
      else await deleteApiKey(key.id);
    },
    done: (_, { verb, key }) => (verb === "revoke" ? `${key.name} is revoked` : `${key.name} was deleted`),
    refresh,
    then: () => setAsked(null),
  });
  const columns = useMemo(() => columnsFor((verb, key) => setAsked({ verb, key })), []);
  const create = <ActionButton label="Create API key" icon="plus" primary refusal={refusal} onClick={() => setCreating(true)} />;
  return (
    <ListPage>
      <PageHeader title="API keys" note="For programs. A key can never do more than the person who made it, and stops working when that person leaves the org.">
        {create}
      </PageHeader>
      {refusal !== null ? (
        <Empty icon="key" title="Only administrators see API keys">
          {refusal}.
        </Empty>
      ) : query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="API keys"
          noun="API key"
          columns={columns}
          rows={query.isPending ? undefined : query.data}
          rowId={(key) => key.id}
          hasMore={query.hasNextPage}
          loadingMore={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
          empty={
            <Empty icon="key" title="No API keys yet" action={create} command={`curl -H "Authorization: Bearer KEY" ${location.origin}/api/v1/projects/PROJECT/nodes`}>
              Give each program a key of its own, with the scopes that it needs and no more.
            </Empty>
          }
        />
      )}
      {creating && (
        <ApiKeyCreateDialog
          org={org}
          projects={membership?.projects ?? []}
          onClose={() => setCreating(false)}
          onCreated={(key) => {
            setCreating(false);
            setCreated(key);
          }}
        />
      )}
      <SecretOnce opened={created !== null} onClose={() => setCreated(null)} title={created === null ? "" : `API key ${created.name}`} secret={created?.key ?? ""}>
        Send it as <code>Authorization: Bearer …</code>, or give it to the command line with <code>SENTINEL_CP_TOKEN</code>.
      </SecretOnce>
      <Confirm
        opened={asked !== null}
        onClose={() => {
          setAsked(null);
          act.reset();
        }}
        title={asked?.verb === "delete" ? `Delete ${asked.key.name}` : `Revoke ${asked?.key.name ?? ""}`}
        verb={asked?.verb === "delete" ? "Delete API key" : "Revoke API key"}
        danger
        busy={act.isPending}
        error={act.error}
        onConfirm={() => asked !== null && act.mutate(asked)}
      >
        {asked?.verb === "delete"
          ? "It stops working at once and leaves this list. The audit log keeps what it did."
          : "It stops working at once, everywhere, and cannot be brought back. It stays in this list."}
      </Confirm>
    </ListPage>
  );
}

function columnsFor(ask: (verb: "revoke" | "delete", key: ApiKey) => void): Column<ApiKey>[] {
  return [
    { id: "name", header: "Name", cell: (key) => <strong>{key.name}</strong>, text: (key) => key.name },
    { id: "key", header: "Key", width: 120, cell: (key) => <span className="mono">{key.key_prefix}…</span>, text: (key) => key.key_prefix },
    {
      id: "state",
      header: "State",
      width: 110,
      cell: (key) => {
        const why = spent(key, now());
        return <State shown={why === null ? { kind: "ok", label: "Good" } : { kind: "unknown", label: why }} />;
      },
      text: (key) => spent(key, now()) ?? "Good",
    },
    { id: "scopes", header: "Scopes", cell: (key) => <span title={key.scopes.join("\n")}>{key.scopes.join(", ")}</span>, text: (key) => key.scopes.join(" ") },
    { id: "project", header: "Reaches", width: 140, cell: (key) => key.project_slug ?? <span className="dim">every project</span>, text: (key) => key.project_slug ?? "" },
    { id: "expires", header: "Expires", width: 110, cell: (key) => <Ago at={key.expires_at} />, text: (key) => key.expires_at ?? "" },
    { id: "at", header: "Created", width: 110, cell: (key) => <Ago at={key.inserted_at} />, text: (key) => key.inserted_at },
    {
      id: "actions",
      header: "Actions",
      width: 84,
      align: "right",
      cell: (key) => (
        <RowMenu
          label={`Actions for ${key.name}`}
          items={[
            { label: "Revoke", icon: "stop", refusal: key.revoked_at ? "It is revoked already" : null, onClick: () => ask("revoke", key) },
            { label: "Delete", icon: "trash", refusal: null, onClick: () => ask("delete", key) },
          ]}
        />
      ),
    },
  ];
}
