// Where the person is: org, project, and what they may do there.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";

import { sessionQuery } from "../api/session";
import type { Membership, Role, Session } from "../api/types";
import { rememberedProject } from "./remembered";

export interface Workspace {
  session: Session;
  /** Undefined: the address names an org or project that the person does not belong to, or they belong to none. */
  membership: Membership | undefined;
  /** Slug of the project in the address, else of the one last visited in this org. */
  project: string | undefined;
}

export function useWorkspace(): Workspace {
  const { data: session } = useQuery(sessionQuery);
  const params = useParams({ strict: false });
  const [project, org] = [params.project, params.org];
  return useMemo(() => {
    if (!session) throw new Error("nobody is signed in");
    const { memberships } = session;
    if (project !== undefined) {
      const membership = memberships.find((candidate) => candidate.projects.some(({ slug }) => slug === project));
      return { session, membership, project: membership && project };
    }
    const known = rememberedProject(session, org);
    const membership = memberships.find((candidate) =>
      org === undefined ? candidate.projects.some(({ slug }) => slug === known) : candidate.org.slug === org,
    );
    return { session, membership: membership ?? (org === undefined ? memberships[0] : undefined), project: known };
  }, [session, project, org]);
}

const RANK: Record<Role, number> = { reader: 0, operator: 1, admin: 2 };

/** Null when the person may do what needs `least`, else why not. */
export function refusal(role: Role | undefined, least: Role): string | null {
  if (role !== undefined && RANK[role] >= RANK[least]) return null;
  return role === undefined ? "You do not belong to this org" : `This needs the role ${least}; yours is ${role}`;
}

export function useRefusal(least: Role): string | null {
  return refusal(useWorkspace().membership?.role, least);
}

/** Null when the person may change the cluster itself, else why not. */
export function useClusterRefusal(): string | null {
  return useWorkspace().session.user.cluster_admin ? null : "This needs the cluster's administrator";
}

/** The project in the address. */
export function useProject(): string {
  const { project } = useParams({ strict: false });
  if (project === undefined) throw new Error("this page belongs to a project");
  return project;
}
