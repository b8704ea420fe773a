import { Group, Modal, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { createEnrolmentToken, enrolmentTokensQuery, revokeEnrolmentToken } from "../../api/enrolment";
import { environmentsQuery } from "../../api/environments";
import type { ApiError } from "../../api/error";
import type { EnrolmentToken, EnrolmentTokenCreated } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal } from "../../app/workspace";
import { now } from "../../lib/clock";
import { EXPIRIES, expiresAt, spent } from "../../lib/expiry";
import { showServerErrors } from "../../lib/form-errors";
import { number } from "../../lib/format";
import { DialogActions } from "../../ui/dialog-actions";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { type Column, DataTable } from "../../ui/data-table";
import { CommandLine, Empty, ErrorPanel, FormError } from "../../ui/feedback";
import { Flash } from "../../ui/flash";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { SecretOnce } from "../../ui/secret-once";
import { State } from "../../ui/state";

const route = getRouteApi("/app/p/$project/enrolment");

/** How an agent is started; the token as it was made, or a placeholder. */
function agentCommand(project: string, token: string): string {
  const flags = [
    `--server ${location.origin}`,
    `--project ${project}`,
    `--enrolment-token ${token}`,
    '--name "$(hostname)"',
    "--data-dir /var/lib/sentinel-agent",
  ];
  return ["sentinel-cp agent", ...flags].join(" \\\n  ");
}

export function EnrolmentPage() {
  const { project } = route.useParams();
  const refusal = useRefusal("operator");
  const query = useInfiniteQuery(enrolmentTokensQuery(project));
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<EnrolmentTokenCreated | null>(null);
  const [revoking, setRevoking] = useState<EnrolmentToken | null>(null);
  const revoke = useAction({
    run: (token: EnrolmentToken) => revokeEnrolmentToken(project, token.id),
    done: (_, token) => `${token.name} is revoked`,
    refresh: [["enrolment-tokens", project]],
    then: () => setRevoking(null),
  });
  const columns = useMemo(() => columnsFor(refusal, setRevoking), [refusal]);
  const create = <ActionButton label="Create enrolment token" icon="plus" primary refusal={refusal} onClick={() => setCreating(true)} />;
  return (
    <ListPage>
      <PageHeader title="Enrolment tokens" note="An agent shows one once, gets a key of its own for it, and is a node of this project from then on.">
        {create}
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Enrolment tokens"
          noun="token"
          columns={columns}
          rows={query.isPending ? undefined : query.data}
          rowId={(token) => token.id}
          hasMore={query.hasNextPage}
          loadingMore={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
          empty={
            <Empty icon="ticket" title="No enrolment tokens yet" action={create} command={agentCommand(project, "TOKEN")}>
              Make one, then start an agent beside each proxy with it. Give it an expiry and a number of uses, and a leaked token is worth little.
            </Empty>
          }
        />
      )}
      {creating && (
        <CreateDialog
          project={project}
          onClose={() => setCreating(false)}
          onCreated={(token) => {
            setCreating(false);
            setCreated(token);
          }}
        />
      )}
      <SecretOnce opened={created !== null} onClose={() => setCreated(null)} title={created === null ? "" : `Enrolment token ${created.enrolment_token.name}`} secret={created?.token ?? ""}>
        <div>
          Start an agent beside a proxy with it:
          <CommandLine command={agentCommand(project, created?.token ?? "")} />
        </div>
      </SecretOnce>
      <Confirm
        opened={revoking !== null}
        onClose={() => {
          setRevoking(null);
          revoke.reset();
        }}
        title={`Revoke ${revoking?.name ?? ""}`}
        verb="Revoke token"
        danger
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoking !== null && revoke.mutate(revoking)}
      >
        No further node can enrol with it. Nodes that did keep their own keys and go on as they are.
      </Confirm>
    </ListPage>
  );
}

function columnsFor(refusal: string | null, revoke: (token: EnrolmentToken) => void): Column<EnrolmentToken>[] {
  return [
    { id: "name", header: "Name", cell: (token) => <strong>{token.name}</strong>, text: (token) => token.name },
    { id: "token", header: "Token", width: 140, cell: (token) => <span className="mono">{token.token_prefix}…</span>, text: (token) => token.token_prefix },
    { id: "environment", header: "Environment", width: 130, cell: (token) => token.environment?.name ?? "", text: (token) => token.environment?.slug ?? "" },
    {
      id: "state",
      header: "State",
      width: 120,
      cell: (token) => {
        const why = spent(token, now());
        return <State shown={why === null ? { kind: "ok", label: "Good" } : { kind: "unknown", label: why }} />;
      },
      text: (token) => spent(token, now()) ?? "Good",
    },
    {
      id: "uses",
      header: "Uses left",
      width: 110,
      align: "right",
      cell: (token) => <Flash value={token.uses_left}>{token.uses_left === null || token.uses_left === undefined ? <span className="dim">any number</span> : number(token.uses_left)}</Flash>,
      text: (token) => String(token.uses_left ?? ""),
    },
    { id: "expires", header: "Expires", width: 120, cell: (token) => <Ago at={token.expires_at} />, text: (token) => token.expires_at ?? "" },
    { id: "at", header: "Created", width: 120, cell: (token) => <Ago at={token.inserted_at} />, text: (token) => token.inserted_at },
    {
      id: "actions",
      header: "Actions",
      width: 84,
      align: "right",
      cell: (token) => (
        <RowMenu label={`Actions for ${token.name}`} items={[{ label: "Revoke", icon: "stop", refusal: refusal ?? (token.revoked_at ? "It is revoked already" : null), onClick: () => revoke(token) }]} />
      ),
    },
  ];
}

function CreateDialog({ project, onClose, onCreated }: { project: string; onClose: () => void; onCreated: (token: EnrolmentTokenCreated) => void }) {
  const form = useForm({ initialValues: { name: "", uses: "" as number | string, expires: "7", environment: null as string | null } });
  const environments = useQuery(environmentsQuery(project));
  const [error, setError] = useState<ApiError | null>(null);
  const create = useAction({
    run: (values: typeof form.values) =>
      createEnrolmentToken(project, { name: values.name.trim(), uses: values.uses === "" ? null : Number(values.uses), expires_at: expiresAt(values.expires, now()), environment: values.environment }),
    refresh: [["enrolment-tokens", project]],
    then: onCreated,
  });
  return (
    <Modal opened onClose={onClose} title="Create enrolment token">
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { name: "name", uses: "uses", expires_at: "expires" })) });
        })}
      >
        <Stack gap="sm">
          <TextInput label="Name" description="Where it will be used" required data-autofocus {...form.getInputProps("name")} />
          <Group grow align="flex-start">
            <NumberInput label="Uses" placeholder="any number" min={1} {...form.getInputProps("uses")} />
            <Select label="Expires" data={EXPIRIES} {...form.getInputProps("expires")} />
          </Group>
          {(environments.data ?? []).length > 0 && (
            <Select label="Environment" description="Nodes that enrol with it join this one" placeholder="None" clearable data={(environments.data ?? []).map(({ slug, name }) => ({ value: slug, label: name }))} {...form.getInputProps("environment")} />
          )}
          <FormError error={error} />
          <DialogActions verb="Create token" busy={create.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
