import { createContext, useCallback, useContext, useEffect, useId, useRef } from "react";

type Tell = (field: string, wrong: boolean) => void;

/** Whom the fields of a form tell that what is written in them is nothing yet. */
export const WrongDrafts = createContext<Tell>(() => {});

/** Gathers what the fields of a form tell; `onWrong` hears when one of them is wrong, and when none is any more. */
export function useWrongDrafts(onWrong: ((wrong: boolean) => void) | undefined): Tell {
  const wrongFields = useRef(new Set<string>());
  const latest = useRef(onWrong);
  latest.current = onWrong;
  return useCallback((field, wrong) => {
    const fields = wrongFields.current;
    const before = fields.size > 0;
    if (wrong) fields.add(field);
    else fields.delete(field);
    if (before !== fields.size > 0) latest.current?.(fields.size > 0);
  }, []);
}

/** Tells the form as long as the draft of a field is wrong, and on the screen. */
export function useTellWrong(wrong: boolean): void {
  const tell = useContext(WrongDrafts);
  const field = useId();
  useEffect(() => {
    if (!wrong) return undefined;
    tell(field, true);
    return () => tell(field, false);
  }, [tell, field, wrong]);
}
