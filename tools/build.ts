// Bundles `cox` into dist/: npm run build. docs/design/0008-start-up.md says why and how.
import { build } from "./build/bundle.ts";

const written = await build();
process.stdout.write(`dist/: ${written.files} files, ${Math.round(written.bytes / 1024)} KiB\n`);
