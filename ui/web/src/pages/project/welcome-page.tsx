import { Button } from "@mantine/core";
import { useState } from "react";

import { refusal, useWorkspace } from "../../app/workspace";
import { Empty } from "../../ui/feedback";
import { ScrollPage, useTitle } from "../../ui/page";
import { CreateProject } from "./create-project";

/** For people whose orgs have no project yet, or who belong to none. */
export function WelcomePage() {
  useTitle("Welcome");
  const { session } = useWorkspace();
  const [org, setOrg] = useState<string | null>(null);
  const admin = session.memberships.find((membership) => refusal(membership.role, "admin") === null);
  return (
    <ScrollPage>
      {session.memberships.length === 0 ? (
        <Empty icon="people" title="You do not belong to an org yet">
          Ask an administrator to add {session.user.email} to theirs.
        </Empty>
      ) : (
        <Empty
          icon="overview"
          title="No project yet"
          action={admin !== undefined && <Button onClick={() => setOrg(admin.org.slug)}>Create a project</Button>}
        >
          {admin === undefined
            ? "An administrator of your org can create one."
            : "Bundles, nodes and rollouts live in a project: one per site, product or team."}
        </Empty>
      )}
      <CreateProject org={org} onClose={() => setOrg(null)} />
    </ScrollPage>
  );
}
