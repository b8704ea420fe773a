import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { asApiError } from "../../api/error";
import { sessionQuery, signIn } from "../../api/session";
import { FormError } from "../../ui/feedback";
import { Logo } from "../../ui/icons";
import { useTitle } from "../../ui/page";
import classes from "./login-page.module.css";

const route = getRouteApi("/login");

export function LoginPage() {
  useTitle("Sign in");
  const { next } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({
    mutationFn: () => signIn(email.trim(), password),
    onSuccess: async (session) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
      await router.invalidate();
      router.history.push(safe(next));
    },
  });
  const error = enter.error === null ? null : asApiError(enter.error);
  return (
    <main className={classes.page}>
      <form
        className={`panel ${classes.card}`}
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <div className={classes.brand}>
          <Logo size={34} />
          <h1>Sign in to Sentinel</h1>
        </div>
        <Stack gap="md">
          <TextInput
            size="sm"
            label="E-mail address"
            type="email"
            name="email"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            error={error?.fields.email?.join(", ")}
          />
          <PasswordInput
            size="sm"
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={error?.fields.password?.join(", ")}
          />
          {error !== null && Object.keys(error.fields).length === 0 && <FormError error={error} />}
          <Button type="submit" size="sm" fullWidth loading={enter.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
      <p className="dim">An administrator of your org makes accounts and sets passwords.</p>
    </main>
  );
}

/** Only a path of this site: a link must not send people elsewhere after they signed in. */
export function safe(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/";
}
