import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Direction of imports: pages → ui → core → protocol. */
/** @returns {import("eslint").Linter.RuleEntry} */
const layers = (/** @type {string[]} */ forbidden) => [
  "error",
  { patterns: forbidden.map((name) => ({ group: [`**/${name}/**`], message: `This layer must not know ${name}.` })) },
];

export default defineConfig(
  { ignores: ["**/dist/**", "**/generated.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      eqeqeq: "error",
      "no-restricted-syntax": [
        "error",
        { selector: "JSXText[value=/[A-Za-z\\u3040-\\u9fff]/]", message: "Words go through t()." },
        {
          selector: "JSXAttribute[name.name=/^(aria-label|title|placeholder|alt)$/] > Literal[value=/[A-Za-z]/]",
          message: "Words go through t().",
        },
        { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML)$/]", message: "Text is set as text." },
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Text is set as text." },
      ],
    },
  },
  { files: ["src/protocol/**"], rules: { "no-restricted-imports": layers(["core", "ui", "pages"]) } },
  { files: ["src/core/**"], rules: { "no-restricted-imports": layers(["ui", "pages"]) } },
  { files: ["src/ui/**"], rules: { "no-restricted-imports": layers(["pages"]) } },
  {
    // Tools read JSON of known shape; tsc checks them.
    files: ["tools/**"],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  { files: ["tests/**"], rules: { "max-lines": "off", "@typescript-eslint/no-non-null-assertion": "off" } },
);
