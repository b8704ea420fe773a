import { Outlet, useParams } from "@tanstack/react-router";
import { useEffect } from "react";

import { useLiveProject } from "../api/events";
import { ErrorPanel } from "../ui/feedback";
import { ScrollPage } from "../ui/page";
import { ApiError } from "../api/error";
import { ConnectionBar } from "./connection-bar";
import { KeyHelp } from "./key-help";
import { useGlobalKeys } from "./keys";
import { remember } from "./remembered";
import { Search } from "./search";
import classes from "./shell.module.css";
import { Sidebar } from "./sidebar";
import { TopBar } from "./top-bar";
import { useWorkspace } from "./workspace";

/** What surrounds every page of a signed-in person. */
export function Shell() {
  const workspace = useWorkspace();
  const params = useParams({ strict: false });
  useLiveProject(workspace.project);
  useGlobalKeys(workspace.project);
  useEffect(() => {
    if (params.project !== undefined && workspace.project !== undefined) remember(params.project);
  }, [params.project, workspace.project]);

  const foreign = workspace.membership === undefined && (params.project !== undefined || params.org !== undefined);
  return (
    <div className={classes.shell}>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <Sidebar />
      <div className={classes.column}>
        <TopBar />
        <ConnectionBar />
        <main id="content" className={classes.content} tabIndex={-1}>
          {foreign ? (
            <ScrollPage narrow>
              <ErrorPanel error={new ApiError(404, "not_found", "There is no such org or project, or you do not belong to it.")} what="This place" />
            </ScrollPage>
          ) : (
            <Outlet />
          )}
        </main>
      </div>
      <Search />
      <KeyHelp />
    </div>
  );
}
