// Which fields the form of an object has.
import type { ConfigObject } from "../../lib/config-object";
import type { Section } from "../../lib/object-fields";
import { valueAt } from "../../lib/object-path";
import { LISTENER } from "./listener-fields";
import { middlewareSections } from "./middleware-fields";
import { SERVICE } from "./service-fields";
import { UPSTREAM_GROUP } from "./upstream-group-fields";

export function sectionsOf({ kind, value }: ConfigObject): readonly Section[] {
  switch (kind) {
    case "service":
      return SERVICE;
    case "upstream_group":
      return UPSTREAM_GROUP;
    case "listener":
      return LISTENER;
    case "middleware":
      return middlewareSections(valueAt(value, "middleware_type"));
  }
}
