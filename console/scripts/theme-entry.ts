import { generateThemeStylesheet } from "@cloudscape-design/components/theming";
import { theme } from "../src/theme/theme";

export const stylesheet = (): string => generateThemeStylesheet({ theme });
