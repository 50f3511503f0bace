/** Noto Sans SC by slices of its characters: a browser fetches one only if no font of the system
 * has its characters. Loaded with the Chinese words. */
import "@fontsource-variable/noto-sans-sc/wght.css";
