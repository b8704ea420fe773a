import { Button, Group, Modal, PasswordInput, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import type { ApiError } from "../../api/error";
import { addMember, membersQuery, removeMember, setRole } from "../../api/orgs";
import { sessionQuery } from "../../api/session";
import type { Member, Role } from "../../api/types";
import { useAction } from "../../app/use-action";
import { useRefusal, useWorkspace } from "../../app/workspace";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { type Column, DataTable } from "../../ui/data-table";
import { Empty, ErrorPanel, FormError } from "../../ui/feedback";
import { ListPage, PageHeader } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { ResetPasswordDialog } from "./reset-password-dialog";

const route = getRouteApi("/app/o/$org/members");

const ROLES: { value: Role; label: string; means: string }[] = [
  { value: "reader", label: "Reader", means: "Sees everything, changes nothing" },
  { value: "operator", label: "Operator", means: "Runs the fleet: bundles, rollouts, nodes" },
  { value: "admin", label: "Admin", means: "Also manages members, API keys and projects" },
];

type Asked = { kind: "role" | "password" | "remove"; member: Member };

export function MemberPage() {
  const { org } = route.useParams();
  const { session, membership } = useWorkspace();
  const refusal = useRefusal("admin");
  const query = useInfiniteQuery(membersQuery(org));
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const remove = useAction({
    run: (member: Member) => removeMember(org, member.user_id),
    done: (_, member) => `${member.name} no longer belongs to the org`,
    refresh: [["members", org], [...sessionQuery.queryKey]],
    then: () => setAsked(null),
  });
  const me = session.user.id;
  const columns = useMemo(() => columnsFor(refusal, me, setAsked), [refusal, me]);
  return (
    <ListPage>
      <PageHeader title="Members" note={`People in ${membership?.org.name ?? org}`}>
        <ActionButton label="Add member" icon="plus" primary refusal={refusal} onClick={() => setAdding(true)} />
      </PageHeader>
      {query.isError && query.data === undefined ? (
        <ErrorPanel error={query.error} what="The list" onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Members"
          noun="member"
          columns={columns}
          rows={query.isPending ? undefined : query.data}
          rowId={(member) => member.user_id}
          hasMore={query.hasNextPage}
          loadingMore={query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
          empty={
            <Empty icon="people" title="Nobody yet">
              People who belong to this org appear here.
            </Empty>
          }
        />
      )}
      {adding && <AddDialog org={org} onClose={() => setAdding(false)} />}
      {asked?.kind === "role" && <RoleDialog org={org} member={asked.member} onClose={() => setAsked(null)} />}
      {asked?.kind === "password" && <ResetPasswordDialog org={org} member={asked.member} onClose={() => setAsked(null)} />}
      <Confirm
        opened={asked?.kind === "remove"}
        onClose={() => {
          setAsked(null);
          remove.reset();
        }}
        title={`Remove ${asked?.member.name ?? ""}`}
        verb="Remove member"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => asked !== null && remove.mutate(asked.member)}
      >
        They see nothing of this org any more, and every API key that they made here stops working at once. Their account and what they did stay.
      </Confirm>
    </ListPage>
  );
}

function columnsFor(refusal: string | null, me: string, ask: (asked: Asked) => void): Column<Member>[] {
  return [
    {
      id: "name",
      header: "Name",
      cell: (member) => (
        <>
          <strong>{member.name}</strong>
          {member.user_id === me && <span className="dim"> · you</span>}
        </>
      ),
      text: (member) => member.name,
    },
    { id: "email", header: "E-mail address", cell: (member) => member.email, text: (member) => member.email },
    { id: "role", header: "Role", width: 130, cell: (member) => ROLES.find(({ value }) => value === member.role)?.label, text: (member) => member.role },
    { id: "since", header: "Since", width: 120, cell: (member) => <Ago at={member.inserted_at} />, text: (member) => member.inserted_at },
    {
      id: "actions",
      header: "Actions",
      width: 84,
      align: "right",
      cell: (member) => (
        <RowMenu
          label={`Actions for ${member.name}`}
          items={[
            { label: "Change role", icon: "user", refusal, onClick: () => ask({ kind: "role", member }) },
            {
              label: "Reset password",
              icon: "key",
              refusal: refusal ?? (member.user_id === me ? "This is you: change your password in the menu at your initials" : null),
              onClick: () => ask({ kind: "password", member }),
            },
            { label: "Remove", icon: "trash", refusal, onClick: () => ask({ kind: "remove", member }) },
          ]}
        />
      ),
    },
  ];
}

function RoleField(props: { value?: Role; onChange?: (role: Role) => void; error?: React.ReactNode }) {
  const means = ROLES.find(({ value }) => value === props.value)?.means;
  return <Select label="Role" description={means} data={ROLES.map(({ value, label }) => ({ value, label }))} value={props.value} onChange={(role) => role !== null && props.onChange?.(role as Role)} error={props.error} />;
}

function RoleDialog({ org, member, onClose }: { org: string; member: Member; onClose: () => void }) {
  const [role, choose] = useState<Role>(member.role);
  const change = useAction({
    run: () => setRole(org, member.user_id, role),
    done: () => `${member.name} is ${role === "reader" ? "a reader" : `an ${role}`} now`,
    refresh: [["members", org], [...sessionQuery.queryKey]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Role of ${member.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(undefined);
        }}
      >
        <Stack gap="sm">
          <RoleField value={role} onChange={choose} />
          <FormError error={change.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={role === member.role} loading={change.isPending}>
              Change role
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function AddDialog({ org, onClose }: { org: string; onClose: () => void }) {
  const form = useForm({ initialValues: { email: "", name: "", password: "", role: "operator" as Role } });
  const [error, setError] = useState<ApiError | null>(null);
  const add = useAction({
    run: (values: typeof form.values) => addMember(org, { ...values, email: values.email.trim(), name: values.name.trim() }),
    done: (_, values) => `${values.name} was added`,
    refresh: [["members", org]],
    then: onClose,
  });
  return (
    <Modal opened onClose={onClose} title="Add member">
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          add.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { email: "email", name: "name", password: "password", role: "role" })) });
        })}
      >
        <Stack gap="sm">
          <TextInput label="E-mail address" type="email" required data-autofocus {...form.getInputProps("email")} />
          <TextInput label="Name" required {...form.getInputProps("name")} />
          <PasswordInput label="First password" description="12 characters at least; an existing account keeps its own" required autoComplete="new-password" {...form.getInputProps("password")} />
          <RoleField {...form.getInputProps("role")} />
          <FormError error={error} />
          <DialogActions verb="Add member" busy={add.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
