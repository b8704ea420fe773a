import "./ui/mantine.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./ui/tokens.css";

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { whenUnauthenticated } from "./api/client";
import { newQueryClient } from "./api/query-client";
import { sessionQuery } from "./api/session";
import { newRouter } from "./app/router";
import { cssVariables, theme } from "./app/theme";

const queryClient = newQueryClient();
const router = newRouter(queryClient);

whenUnauthenticated(() => {
  const signedIn = queryClient.getQueryData(sessionQuery.queryKey);
  queryClient.setQueryData(sessionQuery.queryKey, null);
  // The session ended under our feet; come back here after signing in again.
  if (signedIn) void router.invalidate();
});

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="bottom-right" autoClose={4_000} />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
