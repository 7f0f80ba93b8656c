import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "src/theme/generated/", "src/api/schema.d.ts", "test-results/"] },
  ...tseslint.configs.recommended,
  jsxA11y.flatConfigs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      // The search page and the form for a token have one thing to do: typing.
      "jsx-a11y/no-autofocus": "off",
      // What scrolls, and what is worked with the keys, has to take the focus: a chart is an application, a wide table a region.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { tags: ["pre"], roles: ["application", "region"] }],
      "jsx-a11y/no-noninteractive-element-interactions": ["error", { handlers: ["onDoubleClick"] }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
);
