import { notifications } from "@mantine/notifications";
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";

interface Action<V, R> {
  run: (input: V) => Promise<R>;
  /** What to say when it is done; nothing when the screen says it. */
  done?: (result: R, input: V) => string | null;
  /** Queries that show something else from now on. */
  refresh: QueryKey[];
  then?: (result: R, input: V) => void;
}

/** Something that changes the world: runs once, tells, and reads what it changed anew. The caller shows the error. */
export function useAction<V, R>({ run, done, refresh, then }: Action<V, R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (result: R, input: V) => {
      for (const queryKey of refresh) void client.invalidateQueries({ queryKey });
      const message = done?.(result, input) ?? null;
      if (message !== null) notifications.show({ message });
      then?.(result, input);
    },
  });
}
