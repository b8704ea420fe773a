import { type ComboboxItemGroup, Select, type SelectProps } from "@mantine/core";
import { useState } from "react";

interface Option {
  value: string;
  label: string;
}

interface LargeSelectProps extends Omit<SelectProps, "data" | "value" | "limit" | "searchable" | "onDropdownOpen" | "onDropdownClose"> {
  options: readonly (Option | ComboboxItemGroup<Option>)[];
  value: string | null;
}

/** Most options that are listed at once; the others are found by their names. */
const LISTED = 200;

/** One of thousands. While it is closed it knows no option but the chosen one, so that what is typed elsewhere does not wait for the others. */
export function LargeSelect({ options, value, ...props }: LargeSelectProps) {
  const [opened, setOpened] = useState(false);
  return (
    <Select
      {...props}
      searchable
      limit={LISTED}
      data={opened ? [...options] : chosen(options, value)}
      value={value}
      onDropdownOpen={() => setOpened(true)}
      onDropdownClose={() => setOpened(false)}
    />
  );
}

function chosen(options: LargeSelectProps["options"], value: string | null): Option[] {
  for (const option of options) {
    const found = "items" in option ? option.items.find((item) => item.value === value) : option.value === value ? option : undefined;
    if (found !== undefined) return [found];
  }
  return [];
}
