import { Modal, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { type ApiError, asApiError } from "../../api/error";
import { fillServiceTemplate, serviceTemplatesQuery } from "../../api/service-templates";
import type { ConfigDocument, ServiceTemplate, ServiceTemplateFill } from "../../api/types";
import { useAction } from "../../app/use-action";
import { clash, freeSlug } from "../../lib/config-part";
import { showServerErrors } from "../../lib/form-errors";
import { DialogActions } from "../../ui/dialog-actions";
import { ErrorPanel, FormError, Loading } from "../../ui/feedback";
import classes from "./add-service-dialog.module.css";

interface AddServiceDialogProps {
  /** What the text says now. */
  document: ConfigDocument;
  onClose: () => void;
  /** A service with its group, and its slug. */
  onAdd: (part: ConfigDocument, slug: string) => void;
}

/** Makes a service by a template; what comes of it goes into the text, and nowhere else. */
export function AddServiceDialog(props: AddServiceDialogProps) {
  const query = useQuery(serviceTemplatesQuery());
  return (
    <Modal opened onClose={props.onClose} title="Add a service" size={920}>
      {query.isPending && <Loading />}
      {query.isError && <ErrorPanel error={query.error} what="The list of services to begin with" onRetry={() => void query.refetch()} />}
      {query.data?.[0] !== undefined && <Form templates={query.data} first={query.data[0]} {...props} />}
    </Modal>
  );
}

interface GalleryProps {
  templates: readonly ServiceTemplate[];
  chosen: ServiceTemplate;
  onChoose: (template: ServiceTemplate) => void;
}

function Gallery({ templates, chosen, onChoose }: GalleryProps) {
  const gallery = useRef<HTMLDivElement>(null);
  // The list comes later than the dialog, which has taken the focus by then.
  useEffect(() => gallery.current?.querySelector<HTMLElement>("[data-checked]")?.focus(), []);
  const choose = (name: string): void => {
    const template = templates.find((known) => known.name === name);
    if (template !== undefined) onChoose(template);
  };
  return (
    <Radio.Group value={chosen.name} onChange={choose} aria-label="Services to begin with">
      <div ref={gallery} className={classes.gallery}>
        {templates.map(({ name, title, category }) => (
          <Radio.Card key={name} value={name} className={classes.card}>
            <span className={classes.cardTitle}>{title}</span>
            <span className="dim">{category}</span>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}

interface Fields {
  slug: string;
  hosts: string;
  path: string;
  targets: string;
  server_name: string;
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== "");

/** What a template says where nobody says anything else. */
const usual = (template: ServiceTemplate, name: string): string => template.parameters.find((parameter) => parameter.name === name)?.default ?? "";

/** Which template, what it does and leaves out, and what has to be said to use it. */
function Form({ templates, first, document, onClose, onAdd }: AddServiceDialogProps & { templates: readonly ServiceTemplate[]; first: ServiceTemplate }) {
  const [template, setTemplate] = useState(first);
  const begin = (of: ServiceTemplate) => ({ slug: freeSlug(document, usual(of, "slug")), path: usual(of, "path") });
  const form = useForm<Fields>({ initialValues: { ...begin(first), hosts: "", targets: "", server_name: "" } });
  const [error, setError] = useState<ApiError | null>(null);
  const choose = (next: ServiceTemplate): void => {
    const [before, after] = [begin(template), begin(next)];
    // What somebody has written stays.
    form.setValues(({ slug, path }) => ({ slug: slug === before.slug ? after.slug : slug, path: path === before.path ? after.path : path }));
    form.clearErrors();
    setError(null);
    setTemplate(next);
  };
  const fill = useAction({
    run: (values: Fields) => fillServiceTemplate(template.name, request(values)),
    refresh: [],
    then: (part, values) => {
      const taken = clash(document, part);
      if (taken !== undefined) form.setFieldError("slug", `The text has ${taken} already; choose another one`);
      else onAdd(part, values.slug.trim());
    },
  });
  const encrypted = form.values.targets.includes("https://") || form.values.server_name !== "" || form.errors.server_name !== undefined;
  return (
    <div className={classes.columns}>
      <Gallery templates={templates} chosen={template} onChoose={choose} />
      <form
        onSubmit={form.onSubmit((values) => {
          setError(null);
          fill.mutate(values, { onError: (thrown) => setError(showServerErrors(form, thrown, fieldsOf(asApiError(thrown)))) });
        })}
      >
        <Stack gap="sm">
          <p className={classes.about}>{template.description}</p>
          <section aria-label="Left out">
            <h3 className="panel-title">Left out, and why</h3>
            <ul className={classes.leftOut}>
              {template.left_out.map(({ what, why }) => (
                <li key={what}>
                  {what}: <span className="dim">{why}</span>
                </li>
              ))}
            </ul>
          </section>
          <TextInput label="Slug" description="Of the service, and of the upstream group behind it" required {...form.getInputProps("slug")} />
          <TextInput label="Path" description="/shop/* is /shop and everything below" required {...form.getInputProps("path")} />
          <Textarea label="Hosts" description="One per line, also *.example.com; empty: on all" placeholder="shop.example.com" autosize minRows={1} maxRows={6} {...form.getInputProps("hosts")} />
          <Textarea label="Targets" description="One per line: 10.0.0.1:8080, or https://api.example.com for TLS" required placeholder="10.0.0.1:8080" autosize minRows={2} maxRows={8} {...form.getInputProps("targets")} />
          {encrypted && <TextInput label="Name in the targets' certificate" description="Needed where the targets have several hosts" {...form.getInputProps("server_name")} />}
          <FormError error={error} />
          <DialogActions verb="Add to the text" busy={fill.isPending} onClose={onClose} />
        </Stack>
      </form>
    </div>
  );
}

function request(values: Fields): ServiceTemplateFill {
  const server_name = values.server_name.trim();
  return { slug: values.slug.trim(), path: values.path.trim(), hosts: words(values.hosts), targets: words(values.targets), ...(server_name === "" ? {} : { server_name }) };
}

const FIELDS = ["slug", "hosts", "path", "targets", "server_name"];

/** The fields of the form, by those that the server names: `targets[2]` is a line of one. */
function fieldsOf(error: ApiError): Record<string, string> {
  const fields = Object.keys(error.fields).map((path): [string, string] => [path, path.replace(/\[\d+\].*$/, "")]);
  return Object.fromEntries(fields.filter(([, field]) => FIELDS.includes(field)));
}
