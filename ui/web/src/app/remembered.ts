// The project a person was in last, on this computer.
import type { Session } from "../api/types";

const KEY = "sentinel.project";

export function remember(project: string): void {
  try {
    localStorage.setItem(KEY, project);
  } catch {
    // Without storage the first project is opened next time.
  }
}

/** The last project, if the person may still see it, else their first one. */
export function rememberedProject(session: Session, org?: string): string | undefined {
  const memberships = session.memberships.filter((membership) => org === undefined || membership.org.slug === org);
  const projects = memberships.flatMap((membership) => membership.projects.map((project) => project.slug));
  let last: string | null = null;
  try {
    last = localStorage.getItem(KEY);
  } catch {
    last = null;
  }
  return projects.find((project) => project === last) ?? projects[0];
}
