import {
  createTheme,
  type CSSVariablesResolver,
  defaultVariantColorsResolver,
  Menu,
  Modal,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

/** The accent, for Mantine's components; the tokens (tokens.css) say the same for ours. */
const accent: MantineColorsTuple = [
  "#e3f4f2", "#c7e7e4", "#9dd5d0", "#72c4bd", "#45bdb4",
  "#2a9f97", "#178580", "#0b6e69", "#095b57", "#074845",
];

const dark: MantineColorsTuple = [
  "#e8ecee", "#a3aeb8", "#8f9aa5", "#69747e", "#2f373e",
  "#2a3137", "#1c2126", "#171b1f", "#12161a", "#0f1215",
];

const FONT = "var(--roost-font)";

/** Words on the accent have the accent's own contrast, in both themes. */
const variants: VariantColorsResolver = (input) => {
  const own = input.color === undefined || input.color === "accent";
  if (own && input.variant === "filled") {
    return {
      background: "var(--roost-accent)",
      hover: "var(--roost-accent-hover)",
      color: "var(--roost-on-accent)",
      border: "1px solid transparent",
    };
  }
  return defaultVariantColorsResolver(input);
};

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 4 },
  variantColorResolver: variants,
  colors: { accent, dark },
  fontFamily: FONT,
  headings: {
    fontFamily: FONT,
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.75rem" },
      h2: { fontSize: "1.125rem", lineHeight: "1.5rem" },
      h3: { fontSize: "1rem", lineHeight: "1.5rem" },
    },
  },
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.45", lg: "1.5", xl: "1.4" },
  spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.5rem", xl: "2rem" },
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "16px" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    // what floats stands out from the page
    Modal: Modal.extend({
      styles: {
        content: { background: "var(--roost-raised)" },
        header: { background: "var(--roost-raised)" },
        title: { fontSize: "1rem", fontWeight: 600 },
      },
    }),
    // a menu holds nothing but its items
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
  },
});

const TOKENS = {
  "--mantine-color-body": "var(--roost-page)",
  "--mantine-color-text": "var(--roost-ink)",
  "--mantine-color-bright": "var(--roost-ink)",
  "--mantine-color-dimmed": "var(--roost-dim)",
  "--mantine-color-placeholder": "var(--roost-faint)",
  "--mantine-color-anchor": "var(--roost-accent-ink)",
  "--mantine-color-error": "var(--roost-now)",
  "--mantine-color-default": "var(--roost-surface)",
  "--mantine-color-default-hover": "var(--roost-hover)",
  "--mantine-color-default-color": "var(--roost-ink)",
  "--mantine-color-default-border": "var(--roost-line-strong)",
  "--mantine-color-disabled": "var(--roost-sunken)",
  "--mantine-color-disabled-color": "var(--roost-faint)",
  "--mantine-color-disabled-border": "var(--roost-line)",
  "--mantine-primary-color-filled": "var(--roost-accent)",
  "--mantine-primary-color-filled-hover": "var(--roost-accent-hover)",
  "--mantine-primary-color-contrast": "var(--roost-on-accent)",
  "--mantine-primary-color-light": "var(--roost-accent-soft)",
  "--mantine-primary-color-light-hover": "var(--roost-accent-soft)",
  "--mantine-primary-color-light-color": "var(--roost-accent-ink)",
};

export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: TOKENS,
  dark: TOKENS,
});
