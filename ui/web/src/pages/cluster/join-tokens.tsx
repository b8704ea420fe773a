import { Group, Modal, NumberInput, Select, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { createJoinToken, joinTokensQuery, revokeJoinToken } from "../../api/cluster";
import type { ApiError } from "../../api/error";
import type { JoinToken, JoinTokenCreated } from "../../api/types";
import { useAction } from "../../app/use-action";
import { now } from "../../lib/clock";
import { spent } from "../../lib/expiry";
import { showServerErrors } from "../../lib/form-errors";
import { count } from "../../lib/format";
import { ActionButton } from "../../ui/action-button";
import { Ago } from "../../ui/ago";
import { Confirm } from "../../ui/confirm";
import { Id } from "../../ui/copy";
import { DialogActions } from "../../ui/dialog-actions";
import { CommandLine, ErrorPanel, FormError, Loading } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { RowMenu } from "../../ui/row-menu";
import { SecretOnce } from "../../ui/secret-once";
import { State } from "../../ui/state";
import classes from "./cluster-page.module.css";

const LIVES = [
  { value: "900", label: "In 15 minutes" },
  { value: "3600", label: "In an hour" },
  { value: "86400", label: "In a day" },
  { value: "604800", label: "In a week" },
];

/** How a member is started; the token as it was made, or a placeholder. */
function serverCommand(token: string): string {
  return ["sentinel-cp server", "--data-dir /var/lib/sentinel-cp", "--peer ADDRESS:PORT", `--join ${token}`].join(" \\\n  ");
}

/** The tokens with which members join. For the cluster's administrator only. */
export function JoinTokens() {
  const query = useQuery(joinTokensQuery);
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<JoinTokenCreated | null>(null);
  const [revoking, setRevoking] = useState<JoinToken | null>(null);
  const revoke = useAction({
    run: (token: JoinToken) => revokeJoinToken(token.id),
    done: () => "The join token is revoked",
    refresh: [["join-tokens"]],
    then: () => setRevoking(null),
  });
  return (
    <Panel title="Join tokens" flush aside={<ActionButton label="Create join token" icon="plus" refusal={null} onClick={() => setCreating(true)} />}>
      {query.isPending && <Loading />}
      {query.isError && query.data === undefined && <ErrorPanel error={query.error} what="The join tokens" onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && (
        <div className={classes.empty}>
          <p className="dim">None now. Make one for each member that shall join, and start it with an empty data directory:</p>
          <CommandLine command={serverCommand("TOKEN")} />
        </div>
      )}
      {query.data !== undefined && query.data.length > 0 && <TokenTable tokens={query.data} revoke={setRevoking} />}
      {creating && (
        <CreateDialog
          onClose={() => setCreating(false)}
          onCreated={(token) => {
            setCreating(false);
            setCreated(token);
          }}
        />
      )}
      <SecretOnce opened={created !== null} onClose={() => setCreated(null)} title="Join token" secret={created?.token ?? ""}>
        <div>
          Whoever has it can become a member and read every secret. Start the member with it:
          <CommandLine command={serverCommand(created?.token ?? "")} />
        </div>
      </SecretOnce>
      <Confirm
        opened={revoking !== null}
        onClose={() => {
          setRevoking(null);
          revoke.reset();
        }}
        title="Revoke join token"
        verb="Revoke token"
        danger
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoking !== null && revoke.mutate(revoking)}
      >
        No further member can join with it. Members that did stay.
      </Confirm>
    </Panel>
  );
}

function TokenTable({ tokens, revoke }: { tokens: JoinToken[]; revoke: (token: JoinToken) => void }) {
  return (
    <div className={classes.scroller}>
      <table className={classes.members}>
        <thead>
          <tr>
            <th scope="col">Token</th>
            <th scope="col">State</th>
            <th scope="col">Uses left</th>
            <th scope="col">Expires</th>
            <th scope="col">Created</th>
            <th scope="col" className={classes.right}>
              Actions
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => {
            const why = spent(token, now());
            return (
              <tr key={token.id}>
                <th scope="row">
                  <Id id={token.id} what="the join token's id" />
                </th>
                <td>
                  <State shown={why === null ? { kind: "ok", label: "Good" } : { kind: "unknown", label: why }} />
                </td>
                <td>{token.uses_left === 0 ? "none" : count(token.uses_left, "member")}</td>
                <td>
                  <Ago at={token.expires_at} />
                </td>
                <td>
                  <Ago at={token.inserted_at} />
                </td>
                <td className={classes.right}>
                  <RowMenu
                    label={`Actions for the token that was made at ${token.inserted_at}`}
                    items={[{ label: "Revoke", icon: "stop", refusal: why === null ? null : "It is of no use any more", onClick: () => revoke(token) }]}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (token: JoinTokenCreated) => void }) {
  const form = useForm({ initialValues: { uses: 1 as number | string, life: "3600" } });
  const [error, setError] = useState<ApiError | null>(null);
  const create = useAction({
    run: (values: typeof form.values) => createJoinToken({ uses: values.uses === "" ? null : Number(values.uses), ttl_s: Number(values.life) }),
    refresh: [["join-tokens"]],
    then: onCreated,
  });
  return (
    <Modal opened onClose={onClose} title="Create join token">
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          create.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, { uses: "uses", ttl_s: "life" })) });
        })}
      >
        <Stack gap="sm">
          <Group grow align="flex-start">
            <NumberInput label="Members" description="How many may join with it" min={1} max={16} data-autofocus {...form.getInputProps("uses")} />
            <Select label="Expires" description="The sooner the better" data={LIVES} {...form.getInputProps("life")} />
          </Group>
          <FormError error={error} />
          <DialogActions verb="Create token" busy={create.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
