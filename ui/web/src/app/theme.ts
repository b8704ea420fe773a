import {
  ActionIcon,
  Button,
  Checkbox,
  createTheme,
  type CSSVariablesResolver,
  Menu,
  Modal,
  MultiSelect,
  Notification,
  NumberInput,
  PasswordInput,
  Radio,
  SegmentedControl,
  Select,
  Switch,
  Tabs,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";

const small = { defaultProps: { size: "xs" } };

export const theme = createTheme({
  primaryColor: "iris",
  primaryShade: { light: 6, dark: 6 },
  defaultRadius: 6,
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "0.8125rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.45", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.4" },
  headings: { fontWeight: "620" },
  colors: {
    // The one accent.
    iris: ["#f1f0fd", "#e2e0fa", "#c5c1f4", "#a8a3ee", "#9d99f5", "#716be4", "#5a55d2", "#4f4abf", "#423e9f", "#353280"],
    gray: ["#f7f8f9", "#f0f2f4", "#e2e5ea", "#d5d9df", "#bcc2cb", "#6b7380", "#59616e", "#454d59", "#2f3540", "#1a1d23"],
    dark: ["#e4e7ec", "#c3c8d1", "#9ba4b3", "#7d8695", "#2f353e", "#262b33", "#1d2127", "#111317", "#0d0f12", "#08090b"],
    red: ["#fdeceb", "#f9d3d0", "#f2a8a2", "#eb7b73", "#ff8078", "#d9392d", "#c0271c", "#a52016", "#861a12", "#69140e"],
  },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { size: 30 } }),
    Button: Button.extend(small),
    Checkbox: Checkbox.extend(small),
    Menu: Menu.extend({ defaultProps: { shadow: "md", transitionProps: { duration: 80 } } }),
    Modal: Modal.extend({
      defaultProps: {
        centered: true,
        transitionProps: { duration: 100 },
        overlayProps: { backgroundOpacity: 0.5 },
        closeButtonProps: { "aria-label": "Close" },
        // A dialog's head is no second head of the page.
        attributes: { header: { role: "presentation" } },
      },
      styles: { content: { backgroundColor: "var(--panel)" }, header: { backgroundColor: "var(--panel)" }, title: { fontWeight: 600 } },
    }),
    MultiSelect: MultiSelect.extend(small),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { "aria-label": "Close" } } }),
    NumberInput: NumberInput.extend(small),
    PasswordInput: PasswordInput.extend(small),
    Radio: Radio.extend(small),
    SegmentedControl: SegmentedControl.extend(small),
    Select: Select.extend({ defaultProps: { size: "xs", allowDeselect: false, checkIconPosition: "right" } }),
    Switch: Switch.extend(small),
    Tabs: Tabs.extend({ defaultProps: { variant: "default" } }),
    Textarea: Textarea.extend(small),
    TextInput: TextInput.extend(small),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, multiline: true, maw: 460, withinPortal: true, transitionProps: { duration: 60 }, events: { hover: true, focus: true, touch: true } } }),
  },
});

/** The library's own colours, tied to ours. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#fbfbfc",
    "--mantine-color-text": "#1a1d23",
    "--mantine-color-dimmed": "#59616e",
    "--mantine-color-placeholder": "#6b7380",
    "--mantine-color-anchor": "#4f4abf",
    "--mantine-color-error": "#c0271c",
    "--mantine-color-default": "#ffffff",
    "--mantine-color-default-border": "#cfd4db",
    "--mantine-color-default-hover": "#f3f4f6",
  },
  dark: {
    "--mantine-color-body": "#111317",
    "--mantine-color-text": "#e4e7ec",
    "--mantine-color-dimmed": "#9ba4b3",
    "--mantine-color-placeholder": "#8b94a3",
    "--mantine-color-anchor": "#a8a5f7",
    "--mantine-color-error": "#ff8078",
    "--mantine-color-default": "#1d2127",
    "--mantine-color-default-border": "#3a414c",
    "--mantine-color-default-hover": "#262b33",
  },
});
