import type { ApiError } from "../api/error";
import { asApiError } from "../api/error";

interface ErrorTarget {
  setErrors: (errors: Record<string, string>) => void;
}

/** Puts the server's words at the fields they are about. Gives back the error when it is about anything that is not on the form. */
export function showServerErrors(form: ErrorTarget, thrown: unknown, fieldOf: Record<string, string>): ApiError | null {
  const error = asApiError(thrown);
  const errors: Record<string, string> = {};
  let elsewhere = Object.keys(error.fields).length === 0;
  for (const [path, messages] of Object.entries(error.fields)) {
    const field = fieldOf[path];
    if (field === undefined) elsewhere = true;
    else errors[field] = capital(messages.join("; "));
  }
  form.setErrors(errors);
  return elsewhere ? error : null;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
